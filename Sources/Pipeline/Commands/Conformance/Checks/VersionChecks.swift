import Transport

/// Versions of resources (RFC 7644 §3.14), for servers that have them.
enum VersionChecks {
  static let all = ConformanceCheck.table(
    .versions, needing: .etag,
    rows: [
      ("ETag is meta.version", "7644 §3.14", entityTag),
      ("a change gives another version", "7644 §3.14", changes),
      ("If-None-Match with the present version is 304", "7644 §3.14", notModified),
      ("PUT with an old If-Match is 412 and changes nothing", "7644 §3.14", staleReplace),
      ("DELETE with an old If-Match is 412", "7644 §3.14", staleDelete),
      ("If-Match with the present version goes through", "7644 §3.14", freshReplace),
    ])

  private static func version(of answer: ProbeAnswer) throws(Unmet) -> String {
    guard let version = JSONPath.value(answer.json, "meta/version")?.string else {
      throw .failed("there is no meta.version, to \(answer.request)")
    }
    return version
  }

  /// A user with a change behind it, and its first version.
  private static func changed(
    _ probe: ConformanceProbe
  ) async throws(Unmet) -> (target: String, body: JSONObject, old: String) {
    var body = probe.person()
    let made = try await probe.post("/Users", .object(body)).answered(201)
    body["title"] = "Second"
    let target = "/Users/\(try made.id)"
    try await probe.put(target, .object(body)).answered(200)
    return (target, body, try version(of: made))
  }

  private static func entityTag(_ probe: ConformanceProbe) async throws(Unmet) {
    let made = try await probe.newUser()
    let found = try await probe.get("/Users/\(made.id)").answered(200)
    let tag = found.fields["ETag"] ?? "absent"
    let version = try version(of: found)
    try expect(tag == version, "ETag is \(tag), meta.version \(version)")
  }

  private static func changes(_ probe: ConformanceProbe) async throws(Unmet) {
    let (target, _, old) = try await changed(probe)
    let version = try version(of: try await probe.get(target).answered(200))
    try expect(version != old, "\(target) has the same version after a change: \(old)")
  }

  private static func notModified(_ probe: ConformanceProbe) async throws(Unmet) {
    let (target, _, old) = try await changed(probe)
    let version = try version(of: try await probe.get(target).answered(200))
    try await probe.get(target, ["If-None-Match": version]).answered(304)
    try await probe.get(target, ["If-None-Match": old]).answered(200)
  }

  private static func staleReplace(_ probe: ConformanceProbe) async throws(Unmet) {
    var (target, body, old) = try await changed(probe)
    body["title"] = "Third"
    try await probe.send(
      "PUT", target, body: body.bytes, ["If-Match": old]
    ).refused(412)
    try await probe.get(target).answered(200).shows("title", "Second")
  }

  private static func staleDelete(_ probe: ConformanceProbe) async throws(Unmet) {
    let (target, _, old) = try await changed(probe)
    try await probe.send("DELETE", target, ["If-Match": old]).refused(412)
    try await probe.get(target).answered(200)
  }

  private static func freshReplace(_ probe: ConformanceProbe) async throws(Unmet) {
    var (target, body, _) = try await changed(probe)
    let version = try version(of: try await probe.get(target).answered(200))
    body["title"] = "Third"
    try await probe.send("PUT", target, body: body.bytes, ["If-Match": version]).answered(200)
    try await probe.get(target).answered(200).shows("title", "Third")
  }
}
