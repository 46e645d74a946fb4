import Transport

/// Whether a refusal is a SCIM Error (RFC 7644 §3.12) that a client can act upon.
enum ErrorChecks {
  static let all = ConformanceCheck.table(
    .errors,
    rows: [
      ("an unknown id is 404, and status is a string", "7644 §3.12", unknownId),
      ("an unknown address is 404 with a SCIM Error", "7644 §3.12", unknownAddress),
      ("a request without credentials is 401", "7644 §2", noCredentials),
      ("a request with wrong credentials is 401", "7644 §2", wrongCredentials),
      ("401 says how to authenticate", "7644 §2", challenge),
      ("PUT on a collection is 405", "9110 §15.5.6", methodNotAllowed),
      ("a body of another media type is refused", "7644 §3.1", mediaType),
    ])

  private static func unknownId(_ probe: ConformanceProbe) async throws(Unmet) {
    try await probe.get("/Users/\(probe.freshName("nobody"))").refused(404)
  }

  private static func unknownAddress(_ probe: ConformanceProbe) async throws(Unmet) {
    try await probe.get("/\(probe.freshName("nothing"))").refused(404)
  }

  private static func noCredentials(_ probe: ConformanceProbe) async throws(Unmet) {
    try await probe.get("/Users?count=1", ["Authorization": ""]).refused(401)
  }

  private static func wrongCredentials(_ probe: ConformanceProbe) async throws(Unmet) {
    try await probe.get("/Users?count=1", ["Authorization": "Bearer \(probe.mark)"]).refused(401)
  }

  private static func challenge(_ probe: ConformanceProbe) async throws(Unmet) {
    let answer = try await probe.get("/Users?count=1", ["Authorization": ""]).answered(401)
    try expect(answer.fields["WWW-Authenticate"] != nil, "401 without WWW-Authenticate")
  }

  private static func methodNotAllowed(_ probe: ConformanceProbe) async throws(Unmet) {
    try await probe.put("/Users", .object(probe.person())).refused(405)
  }

  private static func mediaType(_ probe: ConformanceProbe) async throws(Unmet) {
    let body = Array("<user/>".utf8)
    try await probe.send("POST", "/Users", body: body, ["Content-Type": "text/xml"])
      .refused(415, 400)
  }
}
