import Testing
import Transport

@testable import Pipeline

/// Every route of the table, called on a running server with two applications of two consumers.
@Suite(.timeLimit(.minutes(5)))
struct RouteWalkTests {
  @Test func `every route answers as the table says`() async throws {
    let server = try await TestServer.started()
    let walk = try RouteWalk(server, try await WalkTenant("Ours", on: server))
    for route in RouteWalk.routes {
      try await Self.check(route, walk)
      // The feed tells of kinds of events then that it did not have when it was read first.
      guard route.operation == .consumer(.eraseEmployee) else { continue }
      let feed = try #require(
        RouteWalk.routes.first { $0.operation == .application(.listEvents) })
      #expect(try await Self.check(feed, walk).text.contains("employee.erased"))
    }
  }

  @discardableResult
  private static func check(_ route: APIRoute, _ walk: RouteWalk) async throws -> TestAnswer {
    let answer = try await walk.call(route, token: walk.token(for: route))
    let name = "\(route.method) \(route.path)"
    #expect(answer.status == route.success, "\(name): \(answer)")
    #expect(answer.fields["x-request-id"]?.hasPrefix("req_") == true, "\(name)")
    if let envelope = route.answer.envelope {
      let faults = envelope.faults(in: answer.json)
      #expect(faults.isEmpty, "\(name): \(faults.prefix(5))")
    }
    return answer
  }

  @Test func `no route is open to whoever lacks its scope`() async throws {
    let server = try await TestServer.started()
    let walk = try RouteWalk(server, try await WalkTenant("Ours", on: server))
    for route in RouteWalk.routes where route.operation.scope != .open {
      let name = "\(route.method) \(route.path)"
      let nobody = try await walk.call(route, token: nil)
      Self.expectProblem(nobody, 401, name)
      let forged = try await walk.call(route, token: "x" + walk.tenant.token)
      Self.expectProblem(forged, 401, name)
      let isOfApplication = route.operation.scope == .application
      let other = isOfApplication ? walk.customer.token : walk.tenant.token
      Self.expectProblem(try await walk.call(route, token: other), 403, name)
    }
    for route in APIRoutes.all where route.operation.scope == .owner {
      let client = try TestClient(walk.url, as: .application(token: walk.tenant.token))
      let path = "/" + route.segments.map(Self.text).joined(separator: "/")
      let answer = try await client.send(route.method, path)
      Self.expectProblem(answer, 403, "\(route.method) \(route.path)")
    }
  }

  @Test func `no id of somebody else's opens anything`() async throws {
    let server = try await TestServer.started()
    let ours = try await WalkTenant("Ours", on: server)
    let theirs = try await WalkTenant("Theirs", on: server)
    let walk = try RouteWalk(server, ours)
    for route in RouteWalk.routes where !route.parameters.isEmpty {
      let name = "\(route.method) \(route.path)"
      let namesService = route.parameters.allSatisfy {
        ["universalApi", "serviceId"].contains($0.name)
      }
      if namesService { continue }
      let strangers =
        route.operation.scope == .consumer
        ? [ours.customers[1].token, theirs.customers[0].token] : [theirs.token]
      for stranger in strangers {
        let answer = try await walk.call(route, token: stranger)
        Self.expectProblem(answer, 404, name)
      }
    }
    // What is ours is untouched by all of it.
    for route in RouteWalk.routes where route.method == "GET" && !route.parameters.isEmpty {
      let answer = try await walk.call(route, token: walk.token(for: route))
      #expect(answer.status == route.success, "\(route.path): \(answer)")
    }
  }

  @Test func `a list and a connection show a caller only what is its own`() async throws {
    let server = try await TestServer.started()
    let ours = try await WalkTenant("Ours", on: server)
    let theirs = try await WalkTenant("Theirs", on: server)
    let second = try RouteWalk(server, ours, customer: 1)
    let stranger = try RouteWalk(server, theirs)
    let secrets = ours.customers[0].ids.values + [ours.customers[0].connectionId]
    let whole = secrets + ours.ids.values + [ours.customers[0].id]
    for route in APIRoutes.documented
    where route.method == "GET" && route.operation.scope != .open {
      let name = "\(route.method) \(route.path)"
      if route.operation.scope == .consumer {
        let answer = try await second.call(route, token: ours.customers[1].token)
        #expect(!secrets.contains { answer.text.contains($0) }, "\(name)")
      }
      let answer = try await stranger.call(route, token: stranger.token(for: route))
      #expect(!whole.contains { answer.text.contains($0) }, "\(name)")
    }
  }

  @Test func `an id of somebody else's in a query shows nothing`() async throws {
    let server = try await TestServer.started()
    let ours = try await WalkTenant("Ours", on: server)
    let walk = try RouteWalk(server, try await WalkTenant("Theirs", on: server))
    let foreign = [
      "consumerId": ours.customers[0].id, "connectionId": ours.customers[0].connectionId,
      "webhook": ours.ids["webhooks"] ?? "", "employeeId": ours.customers[0].ids["employees"] ?? "",
      "managerId": ours.customers[0].ids["employees"] ?? "",
      "root": ours.customers[0].ids["employees"] ?? "",
      "group": ours.customers[0].ids["groups"] ?? "",
    ]
    for route in APIRoutes.documented {
      for input in route.query {
        guard let id = foreign[input.name] else { continue }
        let answer = try await walk.call(
          route, token: walk.token(for: route), query: "\(input.name)=\(id)")
        let isEmpty = answer.status == 200 && answer["data"]?.array?.isEmpty == true
        #expect(isEmpty || [400, 404].contains(answer.status), "\(route.path)?\(input.name)")
      }
    }
  }

  private static func expectProblem(_ answer: TestAnswer, _ status: Int, _ name: String) {
    #expect(answer.status == status, "\(name): \(answer)")
    let isProblem = answer.fields["content-type"] == "application/problem+json"
    #expect(isProblem, "\(name)")
    let faults = APISchema.named("Problem").faults(in: answer.json)
    #expect(faults.isEmpty, "\(name): \(faults)")
  }

  private static func text(_ segment: APIRoute.Segment) -> String {
    switch segment {
    case .literal(let word): word
    case .parameter: "some_1"
    }
  }
}
