import Transport

extension MappingReader {
  private static let forms = ["path", "first", "constant", "lower", "upper", "lookup"]

  /// - Parameter place: the member it stands at, below the mapping.
  static func expression(
    _ value: JSONValue, at place: String, depth: Int
  ) throws(Fault) -> EmployeeExpression {
    guard depth < depthLimit else {
      throw Fault(member: place, detail: "is nested more than \(depthLimit) deep")
    }
    if let text = value.string { return .source(try source(text, at: place)) }
    guard let object = value.object, object.count == 1 else {
      throw Fault(
        member: place,
        detail: "must be a path, or an object with one of \(forms.joined(separator: ", "))")
    }
    let form = object.members[0]
    return try expression(
      form.name, form.value, at: place + "." + SCIMText.clipped(form.name), depth: depth + 1)
  }

  private static func expression(
    _ form: String, _ value: JSONValue, at place: String, depth: Int
  ) throws(Fault) -> EmployeeExpression {
    switch form {
    case "path":
      guard let text = value.string else { throw Fault(member: place, detail: "must be a text") }
      return .source(try source(text, at: place))
    case "first": return .first(try list(value, at: place, depth: depth))
    case "constant": return .constant(try constant(value, at: place))
    case "lower": return .lowercased(try expression(value, at: place, depth: depth))
    case "upper": return .uppercased(try expression(value, at: place, depth: depth))
    case "lookup": return try lookup(value, at: place, depth: depth)
    default:
      throw Fault(
        member: place, detail: "is not one of \(forms.joined(separator: ", "))", choices: forms)
    }
  }

  private static func list(
    _ value: JSONValue, at place: String, depth: Int
  ) throws(Fault) -> [EmployeeExpression] {
    guard let options = value.array, (1...16).contains(options.count) else {
      throw Fault(member: place, detail: "must be a list of 1 to 16 expressions")
    }
    var list: [EmployeeExpression] = []
    for (index, option) in options.enumerated() {
      list.append(try expression(option, at: "\(place)[\(index)]", depth: depth))
    }
    return list
  }

  private static func source(_ text: String, at place: String) throws(Fault) -> MappingSource {
    guard text.utf8.count <= textLimit else {
      throw Fault(member: place, detail: "must be at most \(textLimit) bytes long")
    }
    do throws(SCIMError) {
      return try MappingSource(parsing: text)
    } catch {
      throw Fault(member: place, detail: "is no path to read: \(error.detail)")
    }
  }

  /// Texts, numbers, true and false, and null for nothing.
  private static func constant(_ value: JSONValue, at place: String) throws(Fault) -> JSONValue {
    switch value {
    case .null, .bool, .number: return value
    case .string(let text):
      guard text.utf8.count <= textLimit else {
        throw Fault(member: place, detail: "must be at most \(textLimit) bytes long")
      }
      return text.isEmpty ? .null : value
    case .array, .object:
      throw Fault(member: place, detail: "must be a text, a number, true, false or null")
    }
  }

  private static func lookup(
    _ value: JSONValue, at place: String, depth: Int
  ) throws(Fault) -> EmployeeExpression {
    guard let object = value.object, let of = object["of"], let rows = object["table"]?.object
    else { throw Fault(member: place, detail: "must have of and table") }
    let words = ["of", "table", "default"]
    for member in object.members where !words.contains(member.name) {
      throw Fault(
        member: place + "." + SCIMText.clipped(member.name),
        detail: "is not one of \(words.joined(separator: ", "))", choices: words)
    }
    guard (1...tableLimit).contains(rows.count) else {
      throw Fault(member: place + ".table", detail: "must have 1 to \(tableLimit) entries")
    }
    var table: [String: JSONValue] = [:]
    for row in rows.members {
      table[row.name] = try constant(
        row.value, at: place + ".table." + SCIMText.clipped(row.name))
    }
    let missing = try constant(object["default"] ?? .null, at: place + ".default")
    return .lookup(
      try expression(of, at: place + ".of", depth: depth), table, missing: missing)
  }
}

extension MappingReader {
  static func groups(_ value: JSONValue) throws(Fault) -> [GroupRule] {
    guard let rules = value.array, rules.count <= groupLimit else {
      throw Fault(member: "groups", detail: "must be a list of at most \(groupLimit) rules")
    }
    var list: [GroupRule] = []
    for (index, rule) in rules.enumerated() {
      list.append(try group(rule, at: "groups[\(index)]"))
    }
    return list
  }

  private static func group(_ value: JSONValue, at place: String) throws(Fault) -> GroupRule {
    let tests = GroupRule.Test.allCases.map(\.rawValue)
    let words = tests + ["type", "team"]
    guard let object = value.object else { throw Fault(member: place, detail: "must be an object") }
    for member in object.members where !words.contains(member.name) {
      throw Fault(
        member: place + "." + SCIMText.clipped(member.name),
        detail: "is not one of \(words.joined(separator: ", "))", choices: words)
    }
    let given = GroupRule.Test.allCases.filter { object[$0.rawValue] != nil }
    guard given.count == 1, let text = object[given[0].rawValue]?.string, !text.isEmpty,
      text.utf8.count <= textLimit
    else {
      throw Fault(
        member: place, detail: "must have one of \(tests.joined(separator: ", ")) with a text")
    }
    let team = object["team"] ?? false
    guard let isTeam = team.bool else {
      throw Fault(member: place + ".team", detail: "must be true or false")
    }
    let type = try type(object["type"], at: place + ".type")
    guard type != nil || isTeam else {
      throw Fault(member: place, detail: "must say a type, or that the group is a team")
    }
    return GroupRule(given[0], text, type: type, isTeam: isTeam)
  }

  private static func type(_ value: JSONValue?, at place: String) throws(Fault) -> String? {
    guard let value, !value.isNull else { return nil }
    guard let word = value.string, !word.isEmpty, word.utf8.count <= 64 else {
      throw Fault(member: place, detail: "must be a word of at most 64 bytes")
    }
    return word
  }
}
