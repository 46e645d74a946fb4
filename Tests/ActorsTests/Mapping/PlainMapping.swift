import Transport

@testable import Actors

/// What `docs/MAPPING.md` says a mapping does, read straight from the mapping's JSON and what was
/// sent, sharing nothing with the product but JSON.
enum PlainMapping {
  /// - Parameter user: attributes and what no schema knows, as one object.
  static func value(_ expression: JSONValue, in user: JSONValue) -> JSONValue {
    if let path = expression.string { return at(path, user) }
    if let path = expression["path"]?.string { return at(path, user) }
    if let constant = expression["constant"] { return constant == "" ? .null : constant }
    if let options = expression["first"]?.array {
      return options.map { value($0, in: user) }.first { $0 != .null } ?? .null
    }
    if let inner = expression["lower"] { return text(value(inner, in: user)) { $0.lowercased() } }
    if let inner = expression["upper"] { return text(value(inner, in: user)) { $0.uppercased() } }
    guard let lookup = expression["lookup"] else { return .null }
    let key = asText(value(lookup["of"] ?? .null, in: user)).string
    return key.flatMap { lookup["table"]?[$0] } ?? lookup["default"] ?? .null
  }

  private static func text(_ value: JSONValue, _ change: (String) -> String) -> JSONValue {
    value.string.map { JSONValue(change($0)) } ?? value
  }

  static func asText(_ value: JSONValue) -> JSONValue {
    if let flag = value.bool { return flag ? "true" : "false" }
    return value.number.map { JSONValue($0.text) } ?? value
  }

  /// `urn:x:1.0:name`, `name.sub`, `list[type eq "x"].sub`.
  private static func at(_ path: String, _ user: JSONValue) -> JSONValue {
    if let bracket = path.firstIndex(of: "[") {
      let quoted = path.split(separator: "\"")
      let found = user[String(path[..<bracket])]?.array?.first {
        $0["type"]?.string?.lowercased() == quoted[1].lowercased()
          && !isNothing($0[String(path.split(separator: ".").last ?? "")])
      }
      return found?[String(path.split(separator: ".").last ?? "")] ?? .null
    }
    var names = path.split(separator: ".").map(String.init)
    if path.hasPrefix("urn:") {
      let colon = path.lastIndex(of: ":") ?? path.startIndex
      names = [String(path[..<colon]), String(path[path.index(after: colon)...])]
    }
    let value = names.reduce(JSONValue?.some(user)) { $0?[$1] }
    return isNothing(value) ? .null : value ?? .null
  }

  private static func isNothing(_ value: JSONValue?) -> Bool {
    value == nil || value == .null || value == "" || value == [] || value == [:]
  }

  /// What a text field, a date, or a member of `customFields` holds of it.
  static func held(_ value: JSONValue, by field: String) -> JSONValue {
    if field.hasPrefix("customFields.") { return value }
    if field.hasSuffix("Date") {
      let digits = value.string?.split(separator: "-").compactMap { Int($0) } ?? []
      return digits.count == 3 && (1...12).contains(digits[1]) ? value : .null
    }
    return asText(value).string.map { JSONValue($0) } ?? .null
  }
}

/// Random mappings and people, made of few names so that they meet.
struct MappingMaker {
  static let badge = "urn:example:badge:1.0:User"
  static let paths = [
    "title", "userType", "name.givenName", "nickName", "\(badge):startDate", "\(badge):level",
    #"emails[type eq "work"].value"#, #"emails[type eq "home"].value"#, "shoeSize",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
  ]
  static let fields = [
    "jobTitle", "departmentName", "startDate", "hireDate", "costCenter", "employmentType",
    "personalEmail", "customFields.level", "customFields.shoes", "preferredName",
  ]

  var random: any RandomNumberGenerator

  mutating func pick<Element>(_ list: [Element]) -> Element {
    list[Int.random(in: list.indices, using: &random)]
  }

  mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

  mutating func expression(_ depth: Int = 0) -> JSONValue {
    switch Int.random(in: 0..<(depth > 2 ? 3 : 8), using: &random) {
    case 0, 1: return JSONValue(pick(Self.paths))
    case 2: return chance(2) ? ["path": JSONValue(pick(Self.paths))] : ["constant": scalar()]
    case 3: return ["lower": expression(depth + 1)]
    case 4: return ["upper": expression(depth + 1)]
    case 5: return ["first": [expression(depth + 1), expression(depth + 1)]]
    default:
      var table = JSONObject()
      for key in ["Guide", "guide", "7", "true", "Sales"] where chance(2) { table[key] = scalar() }
      if table.isEmpty { table["Guide"] = "G" }
      var lookup = JSONObject()
      lookup["of"] = expression(depth + 1)
      lookup["table"] = .object(table)
      if chance(2) { lookup["default"] = scalar() }
      return ["lookup": .object(lookup)]
    }
  }

  mutating func scalar() -> JSONValue {
    pick(["Guide", "Sales", "2026-01-31", 7, true, "x", .null])
  }

  mutating func mapping() -> JSONValue {
    var mapping = JSONObject()
    for field in Self.fields where chance(2) { mapping[field] = expression() }
    return .object(mapping)
  }

  /// Attributes a schema knows, with values as they are kept, and others.
  mutating func user(_ name: String) -> JSONObject {
    var user = JSONObject()
    user["schemas"] = ["urn:ietf:params:scim:schemas:core:2.0:User"]
    user["userName"] = JSONValue(name)
    for attribute in ["title", "userType", "nickName"] where chance(2) {
      user[attribute] = pick(["Guide", "guide", "Sales", "2026-01-31"])
    }
    if chance(2) { user["name"] = ["givenName": pick(["Babs", "Ann"])] }
    var emails: [JSONValue] = []
    for type in ["work", "home"] where chance(2) {
      emails.append(["value": JSONValue("\(type)-\(name)"), "type": JSONValue(type)])
    }
    if !emails.isEmpty { user["emails"] = .array(emails) }
    if chance(2) {
      user["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = [
        "department": pick(["Sales", "Tours"])
      ]
    }
    if chance(2) { user[Self.badge] = ["startDate": scalarSent(), "level": scalarSent()] }
    if chance(2) { user["shoeSize"] = scalarSent() }
    return user
  }

  private mutating func scalarSent() -> JSONValue {
    pick(["Guide", "2026-01-31", "2026-13-01", 7, true, ["deep": 1]])
  }
}
