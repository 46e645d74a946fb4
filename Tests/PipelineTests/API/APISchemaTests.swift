import Testing
import Transport

@testable import Pipeline

/// The shapes of answers, as far as they can be judged without a server.
@Suite struct APISchemaTests {
  @Test func `every shape has one name, and every name a shape`() {
    let names = APISchemas.all.map(\.name)
    #expect(Set(names).count == names.count)
    let referred = APISchemas.all.reduce(into: Set<String>()) { $0.formUnion($1.schema.names) }
    #expect(referred.subtracting(names).isEmpty)
  }

  @Test func `every route that applications call says what it answers`() {
    for route in APIRoutes.documented {
      if case .data(.anything) = route.answer { Issue.record("\(route.operation.id): anything") }
      let isEmpty = if case .nothing = route.answer { true } else { false }
      #expect(isEmpty == (route.success == 204), "\(route.operation.id)")
      let names = route.answer.envelope?.names ?? []
      #expect(names.allSatisfy { APISchemas.schema(named: $0) != nil }, "\(route.operation.id)")
    }
  }

  @Test func `examples are what their shapes say`() {
    for (name, schema) in APISchemas.all {
      #expect(schema.faults(in: schema.example).isEmpty, "\(name)")
    }
    for route in APIRoutes.documented {
      for input in route.parameters + route.query + route.body + route.fields {
        #expect(input.fault(in: input.shown) == nil, "\(route.operation.id) \(input.name)")
      }
    }
  }

  @Test func `a path parameter says of what it is the id, and shows one`() {
    for route in APIRoutes.documented {
      #expect(route.parameters.allSatisfy { $0.example != nil }, "\(route.operation.id)")
    }
  }

  @Test func `what a shape does not name is a fault`() {
    let schema = APISchema.object([
      .init("id", .id("emp_")), .init("name", .nullable(.text)),
      .init("age", .count, optional: true),
    ])
    #expect(schema.faults(in: ["id": "emp_1", "name": nil]).isEmpty)
    #expect(schema.faults(in: ["id": "grp_1", "name": nil]).count == 1)
    #expect(schema.faults(in: ["id": "emp_1"]) == ["$ has no name"])
    #expect(schema.faults(in: ["id": "emp_1", "name": "x", "age": -1]).count == 1)
    #expect(schema.faults(in: ["id": "emp_1", "name": "x", "more": 1]) == ["$ has more"])
    #expect(schema.faults(in: ["emp_1"]) == ["$ is no object"])
  }
}
