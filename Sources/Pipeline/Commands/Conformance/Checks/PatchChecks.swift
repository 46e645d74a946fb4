import Transport

/// Changing a resource by operations (RFC 7644 §3.5.2): what each must bring about.
enum PatchChecks {
  /// One program run on a fresh person, and what that person must be afterwards.
  private struct Fact {
    let name: String
    let source: String
    let operations: [JSONValue]
    /// Paths and the values that must be there; null says none.
    let leaves: KeyValuePairs<String, JSONValue>
  }

  static let all =
    ConformanceCheck.table(
      .patch, needing: .patch, rows: facts.map { fact in (fact.name, fact.source, body(fact)) })
    + PatchRefusalChecks.all

  /// The person every program starts from.
  static func subject(_ probe: ConformanceProbe) async throws(Unmet) -> String {
    let made = try await probe.newUser([
      "title": "Before", "nickName": "Con",
      "name": ["givenName": "Conny", "familyName": "Formance", "middleName": "Q"],
      "emails": [
        ["value": "one@example.com", "type": "work", "primary": true],
        ["value": "two@example.com", "type": "home"],
      ],
    ])
    return "/Users/\(try made.id)"
  }

  private static func body(_ fact: Fact) -> ConformanceCheck.Body {
    { (probe) async throws(Unmet) in
      let target = try await subject(probe)
      let program = ConformanceProbe.program(fact.operations)
      try await probe.send("PATCH", target, body: program.bytes).answered(200, 204)
      let found = try await probe.get(target).answered(200)
      for (path, value) in fact.leaves {
        try found.shows(path, value.isNull ? .none : value)
      }
    }
  }

  private static let facts = [
    Fact(
      name: "add sets a value", source: "7644 §3.5.2.1",
      operations: [["op": "add", "path": "userType", "value": "Probe"]],
      leaves: ["userType": "Probe", "title": "Before"]),
    Fact(
      name: "add to a single value replaces it", source: "7644 §3.5.2.1",
      operations: [["op": "add", "path": "title", "value": "After"]],
      leaves: ["title": "After", "nickName": "Con"]),
    Fact(
      name: "add without a path merges an object", source: "7644 §3.5.2.1",
      operations: [
        ["op": "add", "value": ["userType": "Probe", "name": ["honorificPrefix": "Dr."]]]
      ],
      leaves: [
        "userType": "Probe", "name/honorificPrefix": "Dr.", "name/familyName": "Formance",
      ]),
    Fact(
      name: "add appends to a list", source: "7644 §3.5.2.1",
      operations: [
        [
          "op": "add", "path": "emails",
          "value": [["value": "three@example.com", "type": "other"]],
        ]
      ],
      leaves: [
        "emails[other]/value": "three@example.com", "emails[work]/value": "one@example.com",
        "emails[home]/value": "two@example.com",
      ]),
    Fact(
      name: "replace sets a sub-attribute and keeps the others", source: "7644 §3.5.2.3",
      operations: [["op": "replace", "path": "name.familyName", "value": "After"]],
      leaves: ["name/familyName": "After", "name/givenName": "Conny", "name/middleName": "Q"]),
    Fact(
      name: "replace of an object keeps what it does not name", source: "7644 §3.5.2.3",
      operations: [["op": "replace", "path": "name", "value": ["givenName": "After"]]],
      leaves: ["name/givenName": "After", "name/familyName": "Formance"]),
    Fact(
      name: "replace without a path sets each attribute named", source: "7644 §3.5.2.3",
      operations: [["op": "replace", "value": ["title": "After", "active": false]]],
      leaves: ["title": "After", "active": false, "nickName": "Con"]),
    Fact(
      name: "replace of what is not there adds it", source: "7644 §3.5.2.3",
      operations: [["op": "replace", "path": "userType", "value": "Probe"]],
      leaves: ["userType": "Probe"]),
    Fact(
      name: "replace of a list replaces all of it", source: "7644 §3.5.2.3",
      operations: [
        [
          "op": "replace", "path": "emails",
          "value": [["value": "only@example.com", "type": "other"]],
        ]
      ],
      leaves: [
        "emails[other]/value": "only@example.com", "emails[work]": .null, "emails[home]": .null,
      ]),
    Fact(
      name: "replace by valuePath changes the element that matches", source: "7644 §3.5.2.3",
      operations: [
        [
          "op": "replace", "path": "emails[type eq \"home\"].value",
          "value": "moved@example.com",
        ]
      ],
      leaves: [
        "emails[home]/value": "moved@example.com", "emails[work]/value": "one@example.com",
      ]),
    Fact(
      name: "remove takes an attribute away", source: "7644 §3.5.2.2",
      operations: [["op": "remove", "path": "title"]],
      leaves: ["title": .null, "nickName": "Con"]),
    Fact(
      name: "remove takes a sub-attribute away", source: "7644 §3.5.2.2",
      operations: [["op": "remove", "path": "name.middleName"]],
      leaves: ["name/middleName": .null, "name/familyName": "Formance"]),
    Fact(
      name: "remove by valuePath takes only what matches", source: "7644 §3.5.2.2",
      operations: [["op": "remove", "path": "emails[type eq \"home\"]"]],
      leaves: ["emails[home]": .null, "emails[work]/value": "one@example.com"]),
    Fact(
      name: "operations run in order, each on the one before", source: "7644 §3.5.2",
      operations: [
        ["op": "remove", "path": "nickName"],
        ["op": "add", "path": "title", "value": "Between"],
        ["op": "replace", "path": "title", "value": "After"],
      ],
      leaves: ["title": "After", "nickName": .null]),
    Fact(
      name: "paths are taken in any case and with a schema", source: "7644 §3.10",
      operations: [
        ["op": "replace", "path": "NICKNAME", "value": "Cased"],
        ["op": "replace", "path": .string(SCIMNames.user + ":title"), "value": "After"],
      ],
      leaves: ["title": "After", "nickName": "Cased"]),
    Fact(
      name: "a new primary element ends the old one", source: "7644 §3.5.2",
      operations: [
        [
          "op": "add", "path": "emails",
          "value": [["value": "new@example.com", "type": "other", "primary": true]],
        ]
      ],
      leaves: ["emails[other]/primary": true, "emails[work]/value": "one@example.com"]),
  ]
}
