import Transport

/// Queries in a body (RFC 7644 §3.4.3).
enum SearchChecks {
  static let all = ConformanceCheck.table(
    .search, needing: .filter,
    rows: [
      ("POST /Users/.search finds by filter", "7644 §3.4.3", users),
      ("POST /.search asks every resource type", "7644 §3.4.3", root),
      ("attributes, startIndex and count hold in a body", "7644 §3.4.3", parameters),
      ("a malformed filter in a body is invalidFilter", "7644 §3.4.3", malformed),
    ])

  private static func search(
    _ probe: ConformanceProbe, at path: String, _ more: KeyValuePairs<String, JSONValue>
  ) async throws(Unmet) -> ProbeAnswer {
    var body = JSONObject()
    body["schemas"] = [.string(SCIMNames.search)]
    for (name, value) in more { body[name] = value }
    return try await probe.post(path, .object(body))
  }

  private static func users(_ probe: ConformanceProbe) async throws(Unmet) {
    let people = try await probe.people()
    let filter = JSONValue("\(people.mine) and title pr")
    let list = try await search(probe, at: "/Users/.search", ["filter": filter])
    try people.expect(list, holds: ["alpha", "bravo"])
  }

  private static func root(_ probe: ConformanceProbe) async throws(Unmet) {
    let people = try await probe.people()
    let filter = JSONValue("userName eq \"\(people.bravo.userName)\"")
    try people.expect(
      try await search(probe, at: "/.search", ["filter": filter]), holds: ["bravo"])
  }

  private static func parameters(_ probe: ConformanceProbe) async throws(Unmet) {
    let people = try await probe.people()
    let list = try await search(
      probe, at: "/Users/.search",
      [
        "filter": .string(people.mine), "attributes": ["externalId"], "startIndex": 2, "count": 1,
      ]
    ).isList()
    try list.shows("totalResults", 3)
    try expect(list.resources.count == 1, "\(list.resources.count) resources, to \(list.request)")
    let only = list.resources[0]
    try expect(
      only["externalId"] != nil && only["displayName"] == nil && only["id"] != nil,
      "attributes was not followed, to \(list.request)")
  }

  private static func malformed(_ probe: ConformanceProbe) async throws(Unmet) {
    try await search(probe, at: "/Users/.search", ["filter": "userName eq"])
      .refused(400, as: "invalidFilter")
  }
}
