import Transport

/// Which attributes an answer holds (RFC 7644 §3.9).
enum ProjectionChecks {
  static let all =
    ConformanceCheck.table(
      .projection,
      rows: [
        ("attributes= names what is shown, and id always is", "7644 §3.9", named),
        ("attributes= takes a part of an attribute", "7644 §3.9", part),
        ("attributes= takes a name with its schema", "7644 §3.10", qualified),
        ("excludedAttributes= leaves out", "7644 §3.9", excluded),
        ("excludedAttributes= never leaves out id", "7643 §7", alwaysShown),
        ("attributes= holds for the answer to POST", "7644 §3.9", onPost),
        ("attributes= holds for the answer to PUT", "7644 §3.9", onPut),
      ])
    + ConformanceCheck.table(
      .projection, needing: .filter,
      rows: [
        ("attributes= holds for lists", "7644 §3.9", onList),
        ("excludedAttributes= holds for lists", "7644 §3.9", excludedOnList),
      ])

  private static func alpha(
    _ probe: ConformanceProbe, _ query: String
  ) async throws(Unmet) -> ProbeAnswer {
    let people = try await probe.people()
    let answer = try await probe.get("/Users/\(people.alpha.id)?\(query)").answered(200)
    try answer.shows("id", .string(people.alpha.id))
    return answer
  }

  private static func named(_ probe: ConformanceProbe) async throws(Unmet) {
    let answer = try await alpha(probe, "attributes=title,emails")
    try answer.shows("title", "Analyst")
    try expect(answer.json["emails"] != nil, "emails are not there, to \(answer.request)")
    for name in ["userName", "name", "active", "displayName"] { try answer.shows(name, nil) }
  }

  private static func part(_ probe: ConformanceProbe) async throws(Unmet) {
    let answer = try await alpha(probe, "attributes=name.familyName")
    try answer.shows("name", ["familyName": "Zorn"])
    try answer.shows("title", nil)
  }

  private static func qualified(_ probe: ConformanceProbe) async throws(Unmet) {
    let answer = try await alpha(probe, "attributes=\(SCIMNames.user):title")
    try answer.shows("title", "Analyst")
    try answer.shows("displayName", nil)
  }

  private static func excluded(_ probe: ConformanceProbe) async throws(Unmet) {
    let answer = try await alpha(probe, "excludedAttributes=title,name.givenName")
    try answer.shows("title", nil)
    try answer.shows("name/givenName", nil)
    try answer.shows("name/familyName", "Zorn")
    try answer.shows("displayName", "Conny Formance")
  }

  private static func alwaysShown(_ probe: ConformanceProbe) async throws(Unmet) {
    let answer = try await alpha(probe, "excludedAttributes=id,title")
    try answer.shows("title", nil)
  }

  private static func onPost(_ probe: ConformanceProbe) async throws(Unmet) {
    let made = try await probe.post(
      "/Users?attributes=title", .object(probe.person(["title": "Tester"]))
    ).answered(201)
    try made.shows("title", "Tester")
    try made.shows("displayName", nil)
  }

  private static func onPut(_ probe: ConformanceProbe) async throws(Unmet) {
    let body = probe.person(["title": "Tester"])
    let made = try await probe.post("/Users", .object(body)).answered(201)
    let put = try await probe.put("/Users/\(made.id)?attributes=title", .object(body))
      .answered(200)
    try put.shows("title", "Tester")
    try put.shows("displayName", nil)
  }

  private static func listed(
    _ probe: ConformanceProbe, _ parameters: String
  ) async throws(Unmet) -> JSONValue {
    let people = try await probe.people()
    let list = try await probe.list(people.mine, "&" + parameters).isList()
    guard let alpha = list.resources.first(where: { $0["id"]?.string == people.alpha.id }) else {
      throw .failed("the list lacks a person, or their id, to \(list.request)")
    }
    return alpha
  }

  private static func onList(_ probe: ConformanceProbe) async throws(Unmet) {
    let alpha = try await listed(probe, "attributes=title")
    try expect(alpha["title"] == "Analyst", "a list with attributes=title lacks the title")
    try expect(alpha["displayName"] == nil, "a list with attributes=title shows displayName")
  }

  private static func excludedOnList(_ probe: ConformanceProbe) async throws(Unmet) {
    let alpha = try await listed(probe, "excludedAttributes=title")
    try expect(alpha["title"] == nil, "a list with excludedAttributes=title shows the title")
    try expect(alpha["displayName"] != nil, "a list with excludedAttributes=title lacks more")
  }
}
