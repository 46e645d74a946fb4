import Transport

/// Sorted lists (RFC 7644 §3.4.2.3), for servers that have them.
enum SortChecks {
  static let all = ConformanceCheck.table(
    .sort, needing: .sort, .filter,
    rows: [
      ("ascending when nothing else is said", "7644 §3.4.2.3", ascending),
      ("sortOrder=descending turns it round", "7644 §3.4.2.3", descending),
      ("userName is sorted without case", "7644 §3.4.2.3", caseless),
      ("ascending puts who has no value last", "7644 §3.4.2.3", missingLast),
      ("descending puts who has no value first", "7644 §3.4.2.3", missingFirst),
      ("a page is cut from the sorted list", "7644 §3.4.2.3", paged),
    ])

  private static func sorted(
    _ probe: ConformanceProbe, _ parameters: String, _ wanted: [String]
  ) async throws(Unmet) {
    let people = try await probe.people()
    let list = try await probe.list(people.mine, "&" + parameters).isList()
    let found = people.names(list)
    try expect(
      found == wanted,
      "sortBy gave \(ConformanceCast.words(found)), not \(ConformanceCast.words(wanted))")
  }

  private static func ascending(_ probe: ConformanceProbe) async throws(Unmet) {
    try await sorted(probe, "sortBy=name.familyName", ["charlie", "bravo", "alpha"])
  }

  private static func descending(_ probe: ConformanceProbe) async throws(Unmet) {
    try await sorted(
      probe, "sortBy=name.givenName&sortOrder=descending", ["charlie", "bravo", "alpha"])
  }

  private static func caseless(_ probe: ConformanceProbe) async throws(Unmet) {
    try await sorted(
      probe, "sortBy=userName&sortOrder=descending", ["charlie", "bravo", "alpha"])
  }

  private static func missingLast(_ probe: ConformanceProbe) async throws(Unmet) {
    try await sorted(
      probe, "sortBy=title&sortOrder=ascending", ["alpha", "bravo", "charlie"])
  }

  private static func missingFirst(_ probe: ConformanceProbe) async throws(Unmet) {
    try await sorted(
      probe, "sortBy=title&sortOrder=descending", ["charlie", "bravo", "alpha"])
  }

  private static func paged(_ probe: ConformanceProbe) async throws(Unmet) {
    try await sorted(probe, "sortBy=name.familyName&startIndex=3&count=1", ["alpha"])
  }
}
