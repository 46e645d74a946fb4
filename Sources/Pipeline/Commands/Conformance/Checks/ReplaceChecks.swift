import Transport

/// Replacing a resource (RFC 7644 §3.5.1).
enum ReplaceChecks {
  static let all = ConformanceCheck.table(
    .replace,
    rows: [
      ("PUT answers the replaced resource", "7644 §3.5.1", replaced),
      ("what PUT leaves out is cleared", "7644 §3.5.1", omitted),
      ("PUT ignores id, meta and groups", "7644 §3.5.1", readOnlyIgnored),
      ("PUT with an unknown id is 404 and creates nothing", "7644 §3.5.1", neverCreates),
      ("PUT without userName is 400 and changes nothing", "7644 §3.5.1", missingRequired),
      ("PUT with another's userName is 409", "7644 §3.5.1", taken),
    ])

  private static func replaced(_ probe: ConformanceProbe) async throws(Unmet) {
    var body = probe.person()
    let made = try await probe.post("/Users", .object(body)).answered(201)
    body["displayName"] = "Replaced"
    let put = try await probe.put("/Users/\(made.id)", .object(body)).answered(200)
    try put.shows("displayName", "Replaced")
    try put.shows("id", .string(try made.id))
    try await probe.get("/Users/\(made.id)").answered(200).shows("displayName", "Replaced")
  }

  private static func omitted(_ probe: ConformanceProbe) async throws(Unmet) {
    var body = probe.person(["title": "Tester", "nickName": "Con"])
    let made = try await probe.post("/Users", .object(body)).answered(201)
    body["title"] = nil
    try await probe.put("/Users/\(made.id)", .object(body)).answered(200)
    let found = try await probe.get("/Users/\(made.id)").answered(200)
    try found.shows("title", nil)
    try found.shows("nickName", "Con")
  }

  private static func readOnlyIgnored(_ probe: ConformanceProbe) async throws(Unmet) {
    var body = probe.person()
    let made = try await probe.post("/Users", .object(body)).answered(201)
    body["id"] = .string(try made.id)
    body["meta"] = ["resourceType": "Nonsense", "created": "2001-01-01T00:00:00Z"]
    body["groups"] = [["value": "nonsense"]]
    body["title"] = "After"
    try await probe.put("/Users/\(made.id)", .object(body)).answered(200)
    let found = try await probe.get("/Users/\(made.id)").answered(200)
    try found.shows("title", "After")
    try found.shows("meta/resourceType", "User")
    try found.shows("meta/created", JSONPath.value(made.json, "meta/created"))
    try found.shows("groups", nil)
  }

  private static func neverCreates(_ probe: ConformanceProbe) async throws(Unmet) {
    let id = probe.freshName("nobody")
    let put = try await probe.put("/Users/\(id)", .object(probe.person()))
    if (200..<300).contains(put.status) { probe.remember("/Users/\(id)") }
    try put.refused(404)
    try await probe.get("/Users/\(id)").answered(404)
  }

  private static func missingRequired(_ probe: ConformanceProbe) async throws(Unmet) {
    var body = probe.person(["title": "Before"])
    let made = try await probe.post("/Users", .object(body)).answered(201)
    body["userName"] = nil
    body["title"] = "After"
    try await probe.put("/Users/\(made.id)", .object(body)).refused(400)
    try await probe.get("/Users/\(made.id)").answered(200).shows("title", "Before")
  }

  private static func taken(_ probe: ConformanceProbe) async throws(Unmet) {
    let other = try await probe.newUser()
    var body = probe.person()
    let made = try await probe.post("/Users", .object(body)).answered(201)
    body["userName"] = other.json["userName"]
    try await probe.put("/Users/\(made.id)", .object(body)).refused(409, as: "uniqueness")
  }
}
