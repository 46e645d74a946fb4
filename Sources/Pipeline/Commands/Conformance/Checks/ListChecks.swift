import Transport

/// Lists and their pages (RFC 7644 §3.4.2.4).
enum ListChecks {
  static let all =
    ConformanceCheck.table(
      .list,
      rows: [
        ("a list says how many there are in all", "7644 §3.4.2", shape),
        ("a startIndex past the end is an empty page", "7644 §3.4.2.4", pastEnd),
      ])
    + ConformanceCheck.table(
      .list, needing: .filter,
      rows: [
        ("count limits a page, not totalResults", "7644 §3.4.2.4", counted),
        ("count=0 asks for totalResults only", "7644 §3.4.2.4", zero),
        ("a negative count is 0", "7644 §3.4.2.4", negative),
        ("a startIndex below 1 is 1", "7644 §3.4.2.4", belowOne),
        ("pages follow each other without gap or overlap", "7644 §3.4.2.4", pages),
      ])

  private static func shape(_ probe: ConformanceProbe) async throws(Unmet) {
    _ = try await probe.people()
    let list = try await probe.get("/Users?startIndex=1&count=2").isList()
    try expect((list.total ?? 0) >= 3, "totalResults is \(list.total ?? 0), to \(list.request)")
    try expect(list.resources.count <= 2, "more than count resources, to \(list.request)")
    try expect(
      list.json["startIndex"]?.int == 1 && list.json["itemsPerPage"]?.int == list.resources.count,
      "startIndex or itemsPerPage is not that of the page, to \(list.request)")
  }

  private static func pastEnd(_ probe: ConformanceProbe) async throws(Unmet) {
    _ = try await probe.people()
    let list = try await probe.get("/Users?startIndex=1000000&count=5").isList()
    try list.shows("Resources", nil)
    try expect((list.total ?? 0) >= 3, "totalResults is \(list.total ?? 0), to \(list.request)")
  }

  private static func counted(_ probe: ConformanceProbe) async throws(Unmet) {
    let people = try await probe.people()
    let list = try await probe.list(people.mine, "&count=2").isList()
    try list.shows("totalResults", 3)
    try expect(list.resources.count == 2, "\(list.resources.count) resources, to \(list.request)")
  }

  private static func zero(_ probe: ConformanceProbe) async throws(Unmet) {
    let people = try await probe.people()
    let list = try await probe.list(people.mine, "&count=0").isList()
    try list.shows("totalResults", 3)
    try list.shows("Resources", nil)
  }

  private static func negative(_ probe: ConformanceProbe) async throws(Unmet) {
    let people = try await probe.people()
    let list = try await probe.list(people.mine, "&count=-3").isList()
    try list.shows("totalResults", 3)
    try list.shows("Resources", nil)
  }

  private static func belowOne(_ probe: ConformanceProbe) async throws(Unmet) {
    let people = try await probe.people()
    let first = try await probe.list(people.mine, "&startIndex=1&count=1").isList()
    let zeroth = try await probe.list(people.mine, "&startIndex=0&count=1").isList()
    try expect(
      people.names(first) == people.names(zeroth) && zeroth.resources.count == 1,
      "not the first page, to \(zeroth.request)")
  }

  private static func pages(_ probe: ConformanceProbe) async throws(Unmet) {
    let people = try await probe.people()
    var seen: [String] = []
    for start in 1...3 {
      let page = try await probe.list(people.mine, "&startIndex=\(start)&count=1").isList()
      seen += people.names(page)
    }
    try expect(
      seen.sorted() == ["alpha", "bravo", "charlie"],
      "three pages of one person each held \(ConformanceCast.words(seen))")
  }
}
