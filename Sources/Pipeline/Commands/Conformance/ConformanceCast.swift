import Transport

/// Three people whose attributes differ in what filters, pages and sorting look at.
struct ConformanceCast: Sendable {
  /// What their userNames begin with and no other's does.
  let prefix: String
  let alpha: Person
  let bravo: Person
  let charlie: Person

  struct Person: Sendable {
    var id: String
    var userName: String
  }

  var all: [Person] { [alpha, bravo, charlie] }

  /// A filter that only these three satisfy.
  var mine: String { "userName sw \"\(prefix)\"" }

  init(_ probe: ConformanceProbe) async throws(Unmet) {
    prefix = probe.freshName("cast")
    alpha = try await Self.make(
      probe, prefix + ".Alpha@example.com",
      [
        "title": "Analyst", "active": true, "externalId": .string(prefix + "-Xa"),
        "name": ["givenName": "Ada", "familyName": "Zorn"],
        "emails": [
          ["value": .string(prefix + ".alpha@work.example"), "type": "work", "primary": true],
          ["value": .string(prefix + ".alpha@home.example"), "type": "home"],
        ],
      ])
    bravo = try await Self.make(
      probe, prefix + ".bravo@example.com",
      [
        "title": "Builder", "active": false, "externalId": .string(prefix + "-Xb"),
        "name": ["givenName": "Bo", "familyName": "Young"],
        "emails": [
          ["value": .string(prefix + ".bravo@work.example"), "type": "work", "primary": true]
        ],
      ])
    charlie = try await Self.make(
      probe, prefix + ".charlie@example.com",
      [
        "active": true, "externalId": .string(prefix + "-Xc"),
        "name": ["givenName": "Chi", "familyName": "Xu"],
        "emails": [
          ["value": .string(prefix + ".charlie@home.example"), "type": "home", "primary": true]
        ],
      ])
  }

  private static func make(
    _ probe: ConformanceProbe, _ userName: String, _ rest: KeyValuePairs<String, JSONValue>
  ) async throws(Unmet) -> Person {
    var body = probe.person(rest)
    body["userName"] = .string(userName)
    let made = try await probe.post("/Users", .object(body)).answered(201)
    return Person(id: try made.id, userName: userName)
  }

  /// "alpha charlie": who of the three is in a list, for comparing and for messages.
  func names(_ list: ProbeAnswer) -> [String] {
    list.resources.map { resource in
      switch resource["id"]?.string {
      case alpha.id: "alpha"
      case bravo.id: "bravo"
      case charlie.id: "charlie"
      default: "somebody else"
      }
    }
  }

  /// Whether a list holds exactly those, in any order.
  func expect(_ list: ProbeAnswer, holds wanted: [String]) throws(Unmet) {
    try list.isList()
    try Pipeline.expect(
      names(list).sorted() == wanted.sorted(),
      "found \(Self.words(names(list))), not \(Self.words(wanted)), to \(list.request)")
  }

  static func words(_ names: [String]) -> String {
    names.isEmpty ? "nobody" : names.joined(separator: ", ")
  }
}
