import Transport

/// Creating resources (RFC 7644 §3.3) and what a body must hold (RFC 7643 §2).
enum CreateChecks {
  static let all =
    ConformanceCheck.table(
      .create,
      rows: [
        ("POST is 201 with the whole resource", "7644 §3.3", created),
        ("Location is meta.location and can be read", "7644 §3.3", location),
        ("meta is the server's", "7643 §3.1", meta),
        ("a client's id, meta and groups are ignored", "7644 §3.3", readOnlyIgnored),
        ("externalId is kept as it was sent", "7643 §3.1", externalId),
        ("null and an empty list are no value", "7643 §2.5", unassigned),
        ("a password is never shown", "7643 §4.1.1", password),
        ("attribute names are taken in any case", "7643 §2.1", nameCase),
        ("a taken userName is 409 uniqueness", "7644 §3.3.1", taken),
        ("a taken userName in another case is 409", "7643 §4.1.1", takenInAnotherCase),
        ("a missing userName is 400", "7644 §3.12", missingRequired),
        ("missing schemas are 400", "7643 §3", missingSchemas),
        ("an object where text belongs is 400", "7644 §3.12", wrongType),
        ("broken JSON is 400 invalidSyntax", "7644 §3.12", brokenJSON),
      ])
    + ConformanceCheck.table(
      .create, needing: .enterprise,
      rows: [("an extension is kept, and listed in schemas", "7643 §3.3", extended)])

  private static func created(_ probe: ConformanceProbe) async throws(Unmet) {
    let person = probe.person(["title": "Tester"])
    let made = try await probe.post("/Users", .object(person)).answered(201)
    try expect(try made.id.contains("bulkId") == false, "the id contains \"bulkId\"")
    for name in ["userName", "name/familyName", "displayName", "title", "active"] {
      try made.shows(name, JSONPath.value(.object(person), name))
    }
    try expect(
      made.json["schemas"]?.array?.contains(.string(SCIMNames.user)) == true,
      "schemas lacks the core User schema, to \(made.request)")
    try await probe.get("/Users/\(made.id)").answered(200)
      .shows("emails[work]/value", person["userName"])
  }

  private static func location(_ probe: ConformanceProbe) async throws(Unmet) {
    let made = try await probe.newUser()
    let location = made.fields["Location"] ?? "absent"
    try expect(
      JSONPath.value(made.json, "meta/location")?.string == location,
      "Location is \(location), meta.location another")
    try expect(
      location.hasSuffix("/Users/\(try made.id)"),
      "Location does not end in /Users/{id}: \(location)")
  }

  private static func meta(_ probe: ConformanceProbe) async throws(Unmet) {
    let made = try await probe.newUser()
    try made.shows("meta/resourceType", "User")
    let created = JSONPath.value(made.json, "meta/created")
    try expect(created?.string != nil, "meta.created is not there")
    try made.shows("meta/lastModified", created)
  }

  private static func readOnlyIgnored(_ probe: ConformanceProbe) async throws(Unmet) {
    let wanted = probe.freshName("id")
    let made = try await probe.newUser([
      "id": .string(wanted), "groups": [["value": "nonsense", "display": "nonsense"]],
      "meta": ["resourceType": "Nonsense", "created": "2001-01-01T00:00:00Z"],
    ])
    try expect(try made.id != wanted, "the client's id was taken")
    try made.shows("meta/resourceType", "User")
    let created = JSONPath.value(made.json, "meta/created")
    try expect(created != "2001-01-01T00:00:00Z", "the client's meta.created was taken")
    try made.shows("groups", nil)
  }

  private static func externalId(_ probe: ConformanceProbe) async throws(Unmet) {
    let external = JSONValue(probe.freshName("External"))
    let made = try await probe.newUser(["externalId": external])
    try await probe.get("/Users/\(made.id)").answered(200).shows("externalId", external)
  }

  private static func unassigned(_ probe: ConformanceProbe) async throws(Unmet) {
    let made = try await probe.newUser(["title": .null, "phoneNumbers": [], "nickName": "Con"])
    let found = try await probe.get("/Users/\(made.id)").answered(200)
    try found.shows("nickName", "Con")
    try found.shows("title", nil)
    try found.shows("phoneNumbers", nil)
  }

  private static func password(_ probe: ConformanceProbe) async throws(Unmet) {
    let secret = JSONValue("not-a-secret-\(probe.mark)")
    let made = try await probe.newUser(["password": secret])
    try made.shows("password", nil)
    try await probe.get("/Users/\(made.id)?attributes=password,userName").answered(200)
      .shows("password", nil)
  }

  private static func nameCase(_ probe: ConformanceProbe) async throws(Unmet) {
    var body = probe.person()
    body["displayName"] = nil
    body["DISPLAYNAME"] = "Cased"
    let made = try await probe.post("/Users", .object(body)).answered(201)
    try made.shows("displayName", "Cased")
  }

  private static func taken(_ probe: ConformanceProbe) async throws(Unmet) {
    let person = JSONValue.object(probe.person())
    try await probe.post("/Users", person).answered(201)
    try await probe.post("/Users", person).refused(409, as: "uniqueness")
  }

  private static func takenInAnotherCase(_ probe: ConformanceProbe) async throws(Unmet) {
    var person = probe.person()
    try await probe.post("/Users", .object(person)).answered(201)
    person["userName"] = .string(person["userName"]?.string?.uppercased() ?? "")
    try await probe.post("/Users", .object(person)).refused(409, as: "uniqueness")
  }

  private static func missingRequired(_ probe: ConformanceProbe) async throws(Unmet) {
    var person = probe.person()
    person["userName"] = nil
    try await probe.post("/Users", .object(person)).refused(400, as: "invalidValue")
  }

  private static func missingSchemas(_ probe: ConformanceProbe) async throws(Unmet) {
    var person = probe.person()
    person["schemas"] = nil
    try await probe.post("/Users", .object(person)).refused(400)
  }

  private static func wrongType(_ probe: ConformanceProbe) async throws(Unmet) {
    let person = probe.person(["displayName": ["an": "object"]])
    try await probe.post("/Users", .object(person))
      .refused(400, as: "invalidValue", "invalidSyntax")
  }

  private static func brokenJSON(_ probe: ConformanceProbe) async throws(Unmet) {
    try await probe.send("POST", "/Users", body: Array(#"{"userName": "#.utf8))
      .refused(400, as: "invalidSyntax")
  }

  private static func extended(_ probe: ConformanceProbe) async throws(Unmet) {
    let made = try await probe.newUser([
      "schemas": [.string(SCIMNames.user), .string(SCIMNames.enterprise)],
      SCIMNames.enterprise: ["department": "Probing", "employeeNumber": "7"],
    ])
    let found = try await probe.get("/Users/\(made.id)").answered(200)
    try found.shows("\(SCIMNames.enterprise)/department", "Probing")
    try expect(
      found.json["schemas"]?.array?.contains(.string(SCIMNames.enterprise)) == true,
      "schemas lacks the extension, to \(found.request)")
  }
}
