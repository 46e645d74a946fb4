import Transport

/// Pages by cursor (RFC 9865), for servers that have them.
enum CursorChecks {
  /// Pages after which a server that never ends is given up.
  private static let pageBound = 20

  static let all = ConformanceCheck.table(
    .cursor, needing: .cursor, .filter,
    rows: [
      ("an empty cursor begins, nextCursor goes on", "9865 §2.1", pages),
      ("the last page has no nextCursor", "9865 §2.1", lastPage),
      ("a cursor from nowhere is invalidCursor", "9865 §2.1", invalid),
      ("cursors work in .search", "9865 §2.2", search),
    ])

  private static func pages(_ probe: ConformanceProbe) async throws(Unmet) {
    let people = try await probe.people()
    var cursor = ""
    var seen: [String] = []
    for _ in 0..<pageBound {
      let page = try await probe.list(
        people.mine, "&count=1&cursor=\(PercentEncoding.query(cursor))"
      ).isList()
      try expect(page.resources.count <= 1, "more than count resources, to \(page.request)")
      seen += people.names(page)
      guard let next = page.json["nextCursor"]?.string else { break }
      cursor = next
    }
    try expect(
      seen.sorted() == ["alpha", "bravo", "charlie"],
      "the pages held \(ConformanceCast.words(seen))")
  }

  private static func lastPage(_ probe: ConformanceProbe) async throws(Unmet) {
    let people = try await probe.people()
    let whole = try await probe.list(people.mine, "&count=50&cursor=").isList()
    try whole.shows("nextCursor", nil)
    let first = try await probe.list(people.mine, "&count=2&cursor=").isList()
    try expect(
      first.json["nextCursor"]?.string?.isEmpty == false, "no nextCursor, to \(first.request)")
  }

  private static func invalid(_ probe: ConformanceProbe) async throws(Unmet) {
    try await probe.get("/Users?cursor=\(probe.mark)&count=1").refused(400, as: "invalidCursor")
  }

  private static func search(_ probe: ConformanceProbe) async throws(Unmet) {
    let people = try await probe.people()
    let page = try await probe.post(
      "/Users/.search",
      [
        "schemas": [.string(SCIMNames.search)], "filter": .string(people.mine), "cursor": "",
        "count": 2,
      ]
    ).isList()
    try expect(page.resources.count == 2, "\(page.resources.count) resources, to \(page.request)")
    try expect(page.json["nextCursor"]?.string != nil, "no nextCursor, to \(page.request)")
  }
}
