package import Transport

/// Reads `settings.mapping`, naming the member at fault, so that a mistake is found when it is
/// saved and never when a person is pushed.
package struct MappingReader {
  /// What is wrong with which member: `settings.mapping` and on.
  package struct Fault: Error, Sendable, Equatable {
    /// Below the mapping: `jobTitle.first[1]`; empty for the mapping as a whole.
    package let member: String
    package let detail: String
    /// What a mistyped name may have meant.
    package var choices: [String] = []
  }

  package struct Rules: Sendable {
    package var fields: [EmployeeMapping.Rule] = []
    /// Members of `customFields`.
    package var custom: [EmployeeMapping.CustomRule] = []
    package var groups: [GroupRule] = []

    var expressions: Int {
      fields.reduce(0) { $0 + $1.expression.written }
        + custom.reduce(0) { $0 + $1.expression.written }
    }
  }

  package static let fieldLimit = 64
  /// Every write of a person evaluates them all.
  static let expressionLimit = 500
  static let groupLimit = 50
  static let depthLimit = 8
  static let tableLimit = 1000
  static let textLimit = 256
  /// Bytes of a mapping.
  package static let sizeLimit = 64 * 1024

  private static let customPrefix = "customFields."

  package static func read(_ value: JSONValue) throws(Fault) -> Rules {
    guard let object = value.object else { throw Fault(member: "", detail: "must be an object") }
    guard value.bytes.count <= sizeLimit else {
      throw Fault(member: "", detail: "must be at most \(sizeLimit) bytes long")
    }
    guard object.count <= fieldLimit + 1 else {
      throw Fault(member: "", detail: "must have at most \(fieldLimit) fields")
    }
    var rules = Rules()
    for member in object.members { try read(member, into: &rules) }
    guard rules.expressions <= expressionLimit else {
      throw Fault(member: "", detail: "must have at most \(expressionLimit) expressions")
    }
    if rules.groups.contains(where: \.isTeam),
      rules.custom.contains(where: { $0.name == Employee.teamName })
    {
      throw Fault(
        member: customPrefix + Employee.teamName, detail: "is what a rule for groups gives already")
    }
    return rules
  }

  private static func read(_ member: JSONObject.Member, into rules: inout Rules) throws(Fault) {
    if member.name == "groups" {
      rules.groups = try groups(member.value)
    } else if member.name.hasPrefix(customPrefix) {
      let name = String(member.name.dropFirst(customPrefix.count))
      guard isName(name) else {
        throw Fault(
          member: SCIMText.clipped(member.name),
          detail: "needs a name of at most 64 letters, digits, - or _ behind the point")
      }
      let expression = try expression(member.value, at: member.name, depth: 0)
      rules.custom.append(.init(name: name, expression: .fitting(.any, expression)))
    } else {
      rules.fields.append(try rule(member))
    }
  }

  private static func rule(_ member: JSONObject.Member) throws(Fault) -> EmployeeMapping.Rule {
    guard let field = EmployeeField(name: member.name) else {
      throw Fault(
        member: SCIMText.clipped(member.name),
        detail: "is no field of an employee; customFields.NAME takes any name",
        choices: EmployeeField.allCases.filter { $0.mappedKind != nil }.map(\.name) + ["groups"])
    }
    guard let kind = field.mappedKind else {
      throw Fault(member: member.name, detail: field.unmappableBecause)
    }
    let expression = try expression(member.value, at: member.name, depth: 0)
    guard kind == .location else { return .init(field, .fitting(kind, expression)) }
    return .init(field, .fitting(kind, EmployeeMapping.renamedAddress(expression)))
  }

  private static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 64
      && name.utf8.allSatisfy { byte in
        SCIMPath.isLetter(byte) || byte >= 0x30 && byte <= 0x39 || byte == 0x2D || byte == 0x5F
      }
  }
}
