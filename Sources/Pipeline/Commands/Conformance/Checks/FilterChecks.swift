import Transport

/// The filter language (RFC 7644 §3.4.2.2), asked about three people who are known.
enum FilterChecks {
  /// A filter, and who of the three satisfies it. Placeholders: {mine} holds for exactly these
  /// three, {p} is what their names begin with.
  private struct Fact {
    let name: String
    let filter: String
    let finds: [String]
  }

  static let all =
    ConformanceCheck.table(
      .filter, needing: .filter,
      rows: facts.map { fact in (fact.name, "7644 §3.4.2.2", body(fact)) }
        + malformed.map { fault in (fault.name, "7644 §3.4.2.2", refusal(of: fault.filter)) } + [
          ("no hit is 200 with an empty list", "7644 §3.4.2", noHit),
          ("id is found, and in its case only", "7643 §3.1", ids),
          ("dates compare across time zones", "7644 §3.4.2.2", dates),
        ])
    + ConformanceCheck.table(
      .filter, needing: .filter, .enterprise,
      rows: [("an attribute of an extension is found", "7644 §3.10", extended)])

  private static let everybody = ["alpha", "bravo", "charlie"]

  private static let facts = [
    Fact(
      name: "eq finds a userName", filter: "userName eq \"{p}.bravo@example.com\"",
      finds: ["bravo"]),
    Fact(
      name: "userName is compared without case",
      filter: "userName eq \"{p}.ALPHA@EXAMPLE.COM\"", finds: ["alpha"]),
    Fact(
      name: "externalId is compared with case", filter: "externalId eq \"{p}-xa\"", finds: []),
    Fact(name: "externalId eq", filter: "externalId eq \"{p}-Xa\"", finds: ["alpha"]),
    Fact(
      name: "ne leaves one out", filter: "{mine} and externalId ne \"{p}-Xa\"",
      finds: ["bravo", "charlie"]),
    Fact(name: "co finds a part", filter: "{mine} and userName co \"RAV\"", finds: ["bravo"]),
    Fact(name: "sw finds a beginning", filter: "userName sw \"{p}\"", finds: everybody),
    Fact(
      name: "ew finds an end", filter: "{mine} and userName ew \"charlie@example.com\"",
      finds: ["charlie"]),
    Fact(
      name: "gt compares text", filter: "{mine} and name.familyName gt \"Xu\"",
      finds: ["alpha", "bravo"]),
    Fact(
      name: "ge compares text", filter: "{mine} and name.familyName ge \"Young\"",
      finds: ["alpha", "bravo"]),
    Fact(
      name: "lt compares text", filter: "{mine} and name.familyName lt \"Young\"",
      finds: ["charlie"]),
    Fact(
      name: "le compares text", filter: "{mine} and name.familyName le \"Young\"",
      finds: ["bravo", "charlie"]),
    Fact(
      name: "pr finds what has a value", filter: "{mine} and title pr",
      finds: ["alpha", "bravo"]),
    Fact(
      name: "pr finds an attribute by its parts", filter: "{mine} and name pr",
      finds: everybody),
    Fact(
      name: "not turns a group round", filter: "{mine} and not (title pr)",
      finds: ["charlie"]),
    Fact(
      name: "eq finds true and false", filter: "{mine} and active eq false",
      finds: ["bravo"]),
    Fact(
      name: "and binds before or",
      filter: "externalId eq \"{p}-Xa\" or externalId eq \"{p}-Xb\" and title eq \"Nobody\"",
      finds: ["alpha"]),
    Fact(
      name: "not binds before and",
      filter: "not (title eq \"Analyst\") and {mine} and active eq true", finds: ["charlie"]),
    Fact(
      name: "parentheses bind first",
      filter:
        "(externalId eq \"{p}-Xa\" or externalId eq \"{p}-Xb\") and title eq \"Builder\"",
      finds: ["bravo"]),
    Fact(
      name: "operators and names are taken in any case",
      filter: "USERNAME Eq \"{p}.bravo@example.com\" AND Title PR", finds: ["bravo"]),
    Fact(
      name: "a name may carry its schema",
      filter: "\(SCIMNames.user):externalId eq \"{p}-Xc\"", finds: ["charlie"]),
    Fact(
      name: "any element of a list may match",
      filter: "emails.value eq \"{p}.alpha@home.example\"", finds: ["alpha"]),
    Fact(
      name: "a list alone means its values", filter: "{mine} and emails co \"@home.example\"",
      finds: ["alpha", "charlie"]),
    Fact(
      name: "two terms may match different elements",
      filter: "{mine} and emails.type eq \"work\" and emails.value co \"@home\"",
      finds: ["alpha"]),
    Fact(
      name: "a valuePath wants one element that matches all",
      filter: "{mine} and emails[type eq \"work\" and value co \"@home\"]", finds: []),
    Fact(
      name: "a valuePath finds its element",
      filter: "{mine} and emails[type eq \"work\" and value co \"@work\"]",
      finds: ["alpha", "bravo"]),
    Fact(
      name: "text may hold escaped quotes", filter: "{mine} and title eq \"Ana\\\"lyst\"",
      finds: []),
  ]

  private static let malformed: [(name: String, filter: String)] = [
    ("a filter without a value is invalidFilter", "userName eq"),
    ("an unknown operator is invalidFilter", "userName zz \"x\""),
    ("an open parenthesis is invalidFilter", "(userName eq \"x\""),
    ("text without quotes is invalidFilter", "userName eq x"),
    ("a dangling and is invalidFilter", "userName eq \"x\" and"),
    ("not without parentheses is invalidFilter", "not userName pr"),
    ("gt on true or false is invalidFilter", "active gt true"),
  ]

  private static func body(_ fact: Fact) -> ConformanceCheck.Body {
    { (probe) async throws(Unmet) in
      let people = try await probe.people()
      let filter = filled(fact.filter, for: people)
      try people.expect(try await probe.list(filter), holds: fact.finds)
    }
  }

  private static func filled(_ filter: String, for people: ConformanceCast) -> String {
    [("{mine}", people.mine), ("{p}", people.prefix)].reduce(filter) { text, pair in
      text.split(separator: pair.0, omittingEmptySubsequences: false).joined(separator: pair.1)
    }
  }

  private static func refusal(of filter: String) -> ConformanceCheck.Body {
    { (probe) async throws(Unmet) in
      try await probe.list(filter).refused(400, as: "invalidFilter")
    }
  }

  private static func noHit(_ probe: ConformanceProbe) async throws(Unmet) {
    let list = try await probe.list("userName eq \"\(probe.freshName("nobody"))\"").isList()
    try list.shows("totalResults", 0)
    try list.shows("Resources", nil)
  }

  private static func ids(_ probe: ConformanceProbe) async throws(Unmet) {
    let people = try await probe.people()
    try people.expect(
      try await probe.list("id eq \"\(people.bravo.id)\""), holds: ["bravo"])
    let turned =
      people.bravo.id.uppercased() == people.bravo.id
      ? people.bravo.id.lowercased() : people.bravo.id.uppercased()
    if turned != people.bravo.id {
      try people.expect(try await probe.list("id eq \"\(turned)\""), holds: [])
    }
  }

  private static func dates(_ probe: ConformanceProbe) async throws(Unmet) {
    let people = try await probe.people()
    let after = "\(people.mine) and meta.created"
    try people.expect(
      try await probe.list("\(after) gt \"2011-05-13T04:42:34+05:00\""), holds: everybody)
    try people.expect(
      try await probe.list("\(after) lt \"2011-05-13T04:42:34-11:00\""), holds: [])
  }

  private static func extended(_ probe: ConformanceProbe) async throws(Unmet) {
    let number = probe.freshName("number")
    let made = try await probe.newUser([
      "schemas": [.string(SCIMNames.user), .string(SCIMNames.enterprise)],
      SCIMNames.enterprise: ["employeeNumber": .string(number)],
    ])
    let list = try await probe.list("\(SCIMNames.enterprise):employeeNumber eq \"\(number)\"")
      .isList()
    try expect(
      list.resources.map { $0["id"]?.string } == [try made.id],
      "the person with that number is not what was found, to \(list.request)")
  }
}
