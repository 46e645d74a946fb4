import Transport

/// Several operations in one request (RFC 7644 §3.7), for servers that take them.
enum BulkChecks {
  static let all =
    ConformanceCheck.table(
      .bulk, needing: .bulk,
      rows: [
        ("each operation has a result with bulkId and location", "7644 §3.7", results),
        ("PUT, PATCH and DELETE work in bulk", "7644 §3.7", otherMethods),
        ("a later operation may name a bulkId", "7644 §3.7.2", references),
        ("one failure does not stop the others", "7644 §3.7.3", goesOn),
        ("failOnErrors stops the rest", "7644 §3.7.3", stops),
        ("more than maxOperations is 413", "7644 §3.7.4", tooMany),
      ])

  private static func run(
    _ probe: ConformanceProbe, _ operations: [JSONValue], failOnErrors: Int? = nil
  ) async throws(Unmet) -> [JSONValue] {
    var body = JSONObject()
    body["schemas"] = [.string(SCIMNames.bulk)]
    if let failOnErrors { body["failOnErrors"] = JSONValue(failOnErrors) }
    body["Operations"] = .array(operations)
    let answer = try await probe.post("/Bulk", .object(body)).answered(200)
    try expect(
      answer.json["schemas"]?.array == [.string(SCIMNames.bulkAnswer)],
      "no BulkResponse, to \(answer.request)")
    let results = answer.json["Operations"]?.array ?? []
    for result in results {
      if let made = target(of: result) { probe.remember(made) }
    }
    return results
  }

  /// "/Users/2819" from a result's location.
  private static func target(of result: JSONValue) -> String? {
    guard result["method"]?.string?.uppercased() == "POST",
      let parts = result["location"]?.string?.split(separator: "/").suffix(2), parts.count == 2
    else { return nil }
    return "/" + parts.joined(separator: "/")
  }

  private static func posting(_ probe: ConformanceProbe, as bulkId: JSONValue) -> JSONValue {
    [
      "method": "POST", "path": "/Users", "bulkId": bulkId, "data": .object(probe.person()),
    ]
  }

  private static func statuses(_ results: [JSONValue]) -> String {
    results.map { $0["status"]?.text ?? "no status" }.joined(separator: " ")
  }

  private static func results(_ probe: ConformanceProbe) async throws(Unmet) {
    let found = try await run(probe, [posting(probe, as: "one"), posting(probe, as: "two")])
    try expect(
      found.count == 2 && found.allSatisfy { $0["status"] == "201" },
      "the statuses are \(statuses(found)), not \"201\" \"201\"")
    try expect(
      Set(found.compactMap { $0["bulkId"]?.string }) == ["one", "two"],
      "the results do not carry their bulkId")
    for result in found {
      guard let target = target(of: result) else { throw .failed("a result has no location") }
      try await probe.get(target).answered(200)
    }
  }

  private static func otherMethods(_ probe: ConformanceProbe) async throws(Unmet) {
    let body = probe.person()
    let made = try await probe.post("/Users", .object(body)).answered(201)
    let doomed = try await probe.newUser()
    var changed = body
    changed["title"] = "Put"
    let patch = ConformanceProbe.program([["op": "add", "path": "nickName", "value": "Con"]])
    let path = JSONValue("/Users/\(try made.id)")
    let found = try await run(
      probe,
      [
        ["method": "PUT", "path": path, "data": .object(changed)],
        ["method": "PATCH", "path": path, "data": patch],
        ["method": "DELETE", "path": .string("/Users/\(try doomed.id)")],
      ])
    try expect(
      found.count == 3 && found.allSatisfy { $0["status"]?.string?.hasPrefix("2") == true },
      "the statuses are \(statuses(found))")
    let after = try await probe.get("/Users/\(made.id)").answered(200)
    try after.shows("title", "Put")
    try after.shows("nickName", "Con")
    try await probe.get("/Users/\(doomed.id)").answered(404)
  }

  private static func references(_ probe: ConformanceProbe) async throws(Unmet) {
    guard probe.features.has(.groups) else { throw .notSupported }
    let group: JSONValue = [
      "schemas": [.string(SCIMNames.group)], "displayName": .string(probe.freshName("g")),
      "members": [["value": "bulkId:person"]],
    ]
    let found = try await run(
      probe,
      [
        ["method": "POST", "path": "/Groups", "bulkId": "group", "data": group],
        posting(probe, as: "person"),
      ])
    let made = found.first { $0["bulkId"] == "group" }.flatMap(target)
    let person = found.first { $0["bulkId"] == "person" }.flatMap(target)
    guard let made, let person else { throw .failed("the statuses are \(statuses(found))") }
    let id = String(person.split(separator: "/")[1])
    try await probe.get(made).answered(200).shows("members[\(id)]/value", .string(id))
  }

  private static func goesOn(_ probe: ConformanceProbe) async throws(Unmet) {
    let found = try await run(probe, [broken(probe), posting(probe, as: "after")])
    try expect(
      found.count == 2 && found[0]["status"] == "400" && found[1]["status"] == "201",
      "the statuses are \(statuses(found)), not \"400\" \"201\"")
  }

  private static func stops(_ probe: ConformanceProbe) async throws(Unmet) {
    let found = try await run(
      probe, [broken(probe), posting(probe, as: "after")], failOnErrors: 1)
    try expect(
      found.count == 1 && found[0]["status"] == "400",
      "the statuses are \(statuses(found)), not \"400\" alone")
  }

  private static func broken(_ probe: ConformanceProbe) -> JSONValue {
    [
      "method": "POST", "path": "/Users", "bulkId": "broken",
      "data": ["schemas": [.string(SCIMNames.user)], "displayName": .string(probe.mark)],
    ]
  }

  private static func tooMany(_ probe: ConformanceProbe) async throws(Unmet) {
    guard let limit = probe.features.maxOperations, limit <= 10_000 else { throw .notSupported }
    let path = JSONValue("/Users/\(probe.freshName("nobody"))")
    let operations = (0...limit).map { _ -> JSONValue in ["method": "DELETE", "path": path] }
    let body: JSONValue = [
      "schemas": [.string(SCIMNames.bulk)], "Operations": .array(operations),
    ]
    try await probe.post("/Bulk", body).refused(413)
  }
}
