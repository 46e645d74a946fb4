import Transport

/// Whether a server describes itself (RFC 7644 §4, RFC 7643 §5 to §7).
enum DiscoveryChecks {
  static let all = ConformanceCheck.table(
    .discovery,
    rows: [
      ("ServiceProviderConfig says what is supported", "7643 §5", serviceProviderConfig),
      ("ResourceTypes lists User and where it is", "7643 §6", resourceTypes),
      ("one resource type is read by its name", "7644 §4", oneResourceType),
      ("Schemas lists the core User schema", "7643 §7", schemas),
      ("one schema is read by its URN", "7644 §4", oneSchema),
      ("an unknown schema is 404", "7644 §4", unknownSchema),
      ("discovery takes no POST", "7644 §4", readOnly),
      ("answers are application/scim+json", "7644 §8.1", mediaType),
      ("bulk and filter limits are published", "7643 §5", limits),
    ])

  private static func serviceProviderConfig(_ probe: ConformanceProbe) async throws(Unmet) {
    let config = try await probe.get("/ServiceProviderConfig").answered(200)
    for name in ["patch", "bulk", "filter", "changePassword", "sort", "etag"] {
      try expect(
        config.json[name]?["supported"]?.bool != nil, "\(name).supported is not true or false")
    }
    try expect(
      config.json["authenticationSchemes"]?.array != nil, "authenticationSchemes is no array")
  }

  private static func resourceTypes(_ probe: ConformanceProbe) async throws(Unmet) {
    let types = try await probe.get("/ResourceTypes").isList()
    let user = types.resources.first { $0["schema"]?.string == SCIMNames.user }
    try expect(user != nil, "no resource type has the core User schema")
    try expect(
      user?["endpoint"]?.string?.hasSuffix("/Users") == true,
      "the endpoint of User is \(user?["endpoint"]?.text ?? "absent")")
  }

  private static func oneResourceType(_ probe: ConformanceProbe) async throws(Unmet) {
    try await probe.get("/ResourceTypes/User").answered(200).shows("name", "User")
  }

  private static func schemas(_ probe: ConformanceProbe) async throws(Unmet) {
    let schemas = try await probe.get("/Schemas").isList()
    let user = schemas.resources.first { $0["id"]?.string == SCIMNames.user }
    let names = user?["attributes"]?.array?.compactMap { $0["name"]?.string } ?? []
    try expect(names.contains("userName"), "the core User schema with userName is not there")
  }

  private static func oneSchema(_ probe: ConformanceProbe) async throws(Unmet) {
    try await probe.get("/Schemas/\(SCIMNames.user)").answered(200)
      .shows("id", .string(SCIMNames.user))
  }

  private static func unknownSchema(_ probe: ConformanceProbe) async throws(Unmet) {
    try await probe.get("/Schemas/urn:example:\(probe.mark)").refused(404)
  }

  private static func readOnly(_ probe: ConformanceProbe) async throws(Unmet) {
    for path in ["/ServiceProviderConfig", "/Schemas", "/ResourceTypes"] {
      try await probe.post(path, ["schemas": []]).refused(405)
    }
  }

  private static func mediaType(_ probe: ConformanceProbe) async throws(Unmet) {
    let answer = try await probe.get("/Users?count=1").answered(200)
    let type = answer.fields["Content-Type"] ?? "absent"
    try expect(
      type.lowercased().hasPrefix("application/scim+json"),
      "Content-Type is \(type), to \(answer.request)")
  }

  private static func limits(_ probe: ConformanceProbe) async throws(Unmet) {
    let config = try await probe.get("/ServiceProviderConfig").answered(200)
    for path in ["bulk/maxOperations", "bulk/maxPayloadSize", "filter/maxResults"] {
      try expect(JSONPath.value(config.json, path)?.int != nil, "\(path) is no whole number")
    }
  }
}
