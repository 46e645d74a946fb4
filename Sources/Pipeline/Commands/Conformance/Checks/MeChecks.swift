/// The alias of whoever asks (RFC 7644 §3.11).
enum MeChecks {
  static let all = ConformanceCheck.table(
    .me, rows: [("/Me is served, redirected or 501", "7644 §3.11", me)])

  private static func me(_ probe: ConformanceProbe) async throws(Unmet) {
    let answer = try await probe.get("/Me")
    if answer.status == 501 { return try answer.refused(501) }
    try answer.answered(200, 307, 308)
  }
}
