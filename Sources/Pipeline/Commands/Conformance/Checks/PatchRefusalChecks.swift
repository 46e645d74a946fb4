import Transport

/// What PATCH must refuse, and that a refusal changes nothing (RFC 7644 §3.5.2).
enum PatchRefusalChecks {
  private struct Refusal {
    let name: String
    let source: String
    let operation: JSONValue
    let types: [String]
  }

  static let all = ConformanceCheck.table(
    .patch, needing: .patch,
    rows: refusals.map { refusal in (refusal.name, refusal.source, body(refusal)) } + [
      ("only one element is primary afterwards", "7644 §3.5.2", onePrimary),
      ("a failing operation undoes the whole request", "7644 §3.5.2", atomicity),
      ("adding what is there keeps lastModified", "7644 §3.5.2.1", noChange),
      ("a change moves lastModified on", "7643 §3.1", lastModified),
      ("PATCH of an unknown id is 404", "7644 §3.5.2", unknownId),
      ("PATCH without operations is 400", "7644 §3.5.2", noOperations),
      ("a taken userName is 409 uniqueness", "7644 §3.5.2", taken),
      ("attributes= makes the answer 200 with a body", "7644 §3.5.2", projected),
    ])

  private static let refusals = [
    Refusal(
      name: "remove without a path is noTarget", source: "7644 §3.5.2.2",
      operation: ["op": "remove"], types: ["noTarget"]),
    Refusal(
      name: "replace where no element matches is noTarget", source: "7644 §3.5.2.3",
      operation: [
        "op": "replace", "path": "emails[value eq \"none@example.com\"].display",
        "value": "No",
      ], types: ["noTarget"]),
    Refusal(
      name: "a malformed path is invalidPath", source: "7644 §3.5.2",
      operation: ["op": "replace", "path": "emails[type eq", "value": "x"],
      types: ["invalidPath", "invalidFilter"]),
    Refusal(
      name: "a path to no attribute is invalidPath", source: "7644 §3.5.2",
      operation: ["op": "replace", "path": "name.noSuchName", "value": "x"],
      types: ["invalidPath", "noTarget"]),
    Refusal(
      name: "a readOnly attribute is mutability", source: "7644 §3.5.2",
      operation: ["op": "replace", "path": "meta.created", "value": "2001-01-01T00:00:00Z"],
      types: ["mutability"]),
    Refusal(
      name: "removing a required attribute is refused", source: "7644 §3.5.2.2",
      operation: ["op": "remove", "path": "userName"], types: ["mutability", "invalidValue"]),
    Refusal(
      name: "a value of the wrong type is invalidValue", source: "7644 §3.5.2",
      operation: ["op": "replace", "path": "name", "value": "text"],
      types: ["invalidValue", "invalidSyntax"]),
    Refusal(
      name: "an unknown operation is refused", source: "7644 §3.5.2",
      operation: ["op": "increase", "path": "title", "value": "x"],
      types: ["invalidSyntax", "invalidValue"]),
  ]

  private static func body(_ refusal: Refusal) -> ConformanceCheck.Body {
    { (probe) async throws(Unmet) in
      let target = try await PatchChecks.subject(probe)
      let answer = try await probe.patch(target, refusal.operation)
      try answer.refused(400)
      let type = answer.json["scimType"]?.string ?? "absent"
      try expect(
        refusal.types.contains(type),
        "scimType is \(type), not \(refusal.types.joined(separator: " or "))")
    }
  }

  private static func onePrimary(_ probe: ConformanceProbe) async throws(Unmet) {
    let target = try await PatchChecks.subject(probe)
    try await probe.patch(
      target, ["op": "replace", "path": "emails[type eq \"home\"].primary", "value": true]
    ).answered(200, 204)
    let found = try await probe.get(target).answered(200)
    let primary = found.json["emails"]?.array?.filter { $0["primary"] == true } ?? []
    try expect(
      primary.count == 1 && primary[0]["type"] == "home",
      "\(primary.count) elements of emails are primary, not just the new one, to \(found.request)")
  }

  private static func atomicity(_ probe: ConformanceProbe) async throws(Unmet) {
    let target = try await PatchChecks.subject(probe)
    try await probe.patch(
      target, ["op": "replace", "path": "title", "value": "After"],
      ["op": "replace", "path": "meta.created", "value": "2001-01-01T00:00:00Z"]
    ).refused(400)
    try await probe.get(target).answered(200).shows("title", "Before")
  }

  private static func noChange(_ probe: ConformanceProbe) async throws(Unmet) {
    let target = try await PatchChecks.subject(probe)
    let before = try await probe.get(target).answered(200)
    try await probe.patch(target, ["op": "add", "path": "title", "value": "Before"])
      .answered(200, 204)
    try await probe.get(target).answered(200)
      .shows("meta/lastModified", JSONPath.value(before.json, "meta/lastModified"))
  }

  private static func lastModified(_ probe: ConformanceProbe) async throws(Unmet) {
    let target = try await PatchChecks.subject(probe)
    let before = try await probe.get(target).answered(200)
    try? await ContinuousClock().sleep(for: .milliseconds(5))
    try await probe.patch(target, ["op": "add", "path": "title", "value": "After"])
      .answered(200, 204)
    let after = try await probe.get(target).answered(200)
    let times = [before, after].map { JSONPath.value($0.json, "meta/lastModified")?.string ?? "" }
    try expect(times[0] != times[1], "\(target): lastModified is still \(times[0])")
  }

  private static func unknownId(_ probe: ConformanceProbe) async throws(Unmet) {
    try await probe.patch(
      "/Users/\(probe.freshName("nobody"))", ["op": "replace", "path": "title", "value": "x"]
    ).refused(404)
  }

  private static func noOperations(_ probe: ConformanceProbe) async throws(Unmet) {
    try await probe.patch(try await PatchChecks.subject(probe)).refused(400)
  }

  private static func taken(_ probe: ConformanceProbe) async throws(Unmet) {
    let other = try await probe.newUser()
    let target = try await PatchChecks.subject(probe)
    try await probe.patch(
      target, ["op": "replace", "path": "userName", "value": other.json["userName"] ?? ""]
    ).refused(409, as: "uniqueness")
  }

  private static func projected(_ probe: ConformanceProbe) async throws(Unmet) {
    let target = try await PatchChecks.subject(probe)
    let answer = try await probe.patch(
      target + "?attributes=title", ["op": "replace", "path": "title", "value": "After"]
    ).answered(200)
    try answer.shows("title", "After")
    try answer.shows("nickName", nil)
  }
}
