import Actors
import TestSupport
import Testing
import Transport

/// Many who want the same at the same time. `SLOW_TESTS=1` makes it many more.
@Suite("Writers in each other's way")
struct ContentionTests {
  private static let isSlow = ProcessEnvironment.variables["SLOW_TESTS"] == "1"

  @Test func `two POSTs of one userName at once, again and again, are one 201 and one 409`()
    async throws
  {
    let pipeline = try MiniaturePipeline(mappingLanes: 4)
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let rounds = 1000
      var odd: [[Int]] = []
      for start in stride(from: 0, to: rounds, by: 50) {
        odd += await Self.twins(start..<start + 50, pipeline).filter { $0 != [201, 409] }
      }
      #expect(odd.isEmpty, "\(odd)")
      let list = await pipeline.send("GET", "/Users?count=0")
      #expect(list.json["totalResults"] == JSONValue(rounds))
    }
  }

  /// The statuses of each pair, in order; pairs are under way together.
  private static func twins(
    _ numbers: Range<Int>, _ pipeline: MiniaturePipeline
  ) async -> [[Int]] {
    await withTaskGroup(of: [Int].self) { group in
      for number in numbers {
        group.addTask {
          let names = ["twin\(number)@example.com", "TWIN\(number)@Example.com"]
          async let left = pipeline.send("POST", "/Users", MiniaturePipeline.user(names[0]))
          async let right = pipeline.send("POST", "/Users", MiniaturePipeline.user(names[1]))
          return await [left.status, right.status].sorted()
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  /// Each writer has people of its own, so that its own account of them must come out in the end.
  @Test func `64 writers of one group's members leave what each of them left`() async throws {
    let pipeline = try MiniaturePipeline(mappingLanes: 4)
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let made = await pipeline.send("POST", "/Groups", Self.group(members: []))
      let id = try #require(made.json["id"]?.string)
      let operations = Self.isSlow ? 1000 : 40
      let models = await withTaskGroup(of: Set<String>.self) { group in
        for writer in 0..<64 {
          group.addTask { await Self.write(writer, operations, to: id, pipeline) }
        }
        return await group.reduce(into: Set<String>()) { $0.formUnion($1) }
      }
      let read = await pipeline.send("GET", "/Groups/\(id)").json
      let values = read["members"]?.array?.compactMap { $0["value"]?.string } ?? []
      #expect(values.count == models.count)
      #expect(Set(values) == models)
    }
  }

  /// - Returns: whom the writer left in the group.
  private static func write(
    _ writer: Int, _ operations: Int, to group: String, _ pipeline: MiniaturePipeline
  ) async -> Set<String> {
    var random = SeededGenerator(seed: UInt64(writer))
    var model: Set<String> = []
    for _ in 0..<operations {
      let person = "w\(writer)-p\(Int.random(in: 0..<8, using: &random))"
      let joins = Bool.random(using: &random)
      let operation: JSONValue =
        joins
        ? ["op": "add", "path": "members", "value": [["value": JSONValue(person)]]]
        : ["op": "remove", "path": JSONValue("members[value eq \"\(person)\"]")]
      let status = await send(operation, to: group, pipeline)
      #expect(status == 204)
      if joins { model.insert(person) } else { model.remove(person) }
    }
    return model
  }

  /// 429 asks to come back, and a writer does.
  private static func send(
    _ operation: JSONValue, to group: String, _ pipeline: MiniaturePipeline
  ) async -> Int {
    let body: JSONValue = [
      "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation],
    ]
    while true {
      let status = await pipeline.send("PATCH", "/Groups/\(group)", body).status
      if status != 429 { return status }
      await Task.yield()
    }
  }

  private static func group(members: [JSONValue]) -> JSONValue {
    [
      "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Everybody",
      "members": .array(members),
    ]
  }
}
