import Transport

/// Reading one resource (RFC 7644 §3.4.1).
enum ReadChecks {
  static let all = ConformanceCheck.table(
    .read,
    rows: [
      ("GET shows what POST answered", "7644 §3.4.1", same),
      ("Accept: application/json is served", "7644 §8.1", plainJSON),
      ("an inactive user can still be read", "7643 §4.1.1", inactive),
      ("unknown query parameters are ignored", "7644 §3.4.2", strangeParameter),
    ])

  private static func same(_ probe: ConformanceProbe) async throws(Unmet) {
    let made = try await probe.newUser()
    let found = try await probe.get("/Users/\(made.id)").answered(200)
    try expect(found.json == made.json, "differs from the answer to POST, to \(found.request)")
  }

  private static func plainJSON(_ probe: ConformanceProbe) async throws(Unmet) {
    let made = try await probe.newUser()
    try await probe.get("/Users/\(made.id)", ["Accept": "application/json"]).answered(200)
      .shows("id", .string(try made.id))
  }

  private static func inactive(_ probe: ConformanceProbe) async throws(Unmet) {
    let made = try await probe.newUser(["active": false])
    try await probe.get("/Users/\(made.id)").answered(200).shows("active", false)
  }

  private static func strangeParameter(_ probe: ConformanceProbe) async throws(Unmet) {
    let made = try await probe.newUser()
    try await probe.get("/Users/\(made.id)?conformance=yes").answered(200)
      .shows("userName", made.json["userName"])
  }
}
