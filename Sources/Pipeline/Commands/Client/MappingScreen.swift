package import Transport

/// What a mapping would change, for people to read before they save it.
package enum MappingScreen {
  /// People shown one by one.
  private static let shown = 10

  package static func preview(_ preview: JSONValue) -> String {
    let (people, groups) = (preview["employees"] ?? .null, preview["groups"] ?? .null)
    var text = summary(people, "people")
    if groups["total"]?.int != 0 { text += summary(groups, "groups") }
    text += fields(people) + changes(people) + changes(groups)
    return text + "Nothing was changed: `connect mapping set` does.\n"
  }

  private static func summary(_ part: JSONValue, _ word: String) -> String {
    func number(_ name: String) -> Int { part[name]?.int ?? 0 }
    return "\(number("changed")) of the \(number("checked")) \(word) looked at would change"
      + " (there are \(number("total"))).\n"
  }

  private static func fields(_ part: JSONValue) -> String {
    guard let fields = part["fields"]?.array, !fields.isEmpty else { return "" }
    var table = TextTable([.init("field"), .init("changed", .right), .init("emptied", .right)])
    table.rows = fields.map { field in
      [
        field["field"]?.string ?? "", "\(field["changed"]?.int ?? 0)",
        "\(field["emptied"]?.int ?? 0)",
      ]
    }
    return "\n" + table.text
  }

  private static func changes(_ part: JSONValue) -> String {
    guard let changes = part["changes"]?.array, !changes.isEmpty else { return "" }
    return "\n"
      + changes.prefix(shown).map { change in
        let name = change["name"]?.string ?? change["id"]?.string ?? ""
        let lines = (change["changes"]?.array ?? []).map { difference in
          "  \(difference["field"]?.string ?? ""): \(short(difference["before"]))"
            + " -> \(short(difference["after"]))\n"
        }
        return SpoolText.plain(name) + "\n" + lines.joined()
      }.joined() + "\n"
  }

  private static func short(_ value: JSONValue?) -> String {
    guard let value, !value.isNull else { return "nothing" }
    let text = SpoolText.plain(value.string ?? String(decoding: value.bytes, as: UTF8.self))
    return text.count <= 32 ? text : text.prefix(31) + "…"
  }
}
