package import Transport

/// One member of a group, apart from the group: a large group changes by its members, never as a
/// whole (RFC 7643 §4.2).
package struct SCIMMember: Sendable, Hashable {
  /// The id of the user or group that belongs; what makes two members the same.
  package let value: String
  package let display: String?
  package let type: String?
  package let ref: String?

  package init(
    value: String, display: String? = nil, type: String? = nil, ref: String? = nil
  ) {
    self.value = value
    self.display = display
    self.type = type
    self.ref = ref
  }

  /// Reads an object with a `value`, or a bare id.
  package init(_ json: JSONValue) throws(SCIMError) {
    guard let object = json.object else {
      self.init(value: try Self.identifier(json))
      return
    }
    self.init(
      value: try Self.identifier(object.value(named: "value")),
      display: try Self.text("display", of: object), type: try Self.text("type", of: object),
      ref: try Self.text("$ref", of: object))
  }

  private static func identifier(_ json: JSONValue?) throws(SCIMError) -> String {
    guard let json, !json.isVoid, let text = SCIMCoercion.scalar(json, for: .string)?.string else {
      throw noValue
    }
    return text
  }

  static let noValue = SCIMError(
    .invalidValue, "each member needs a value, the id of a user or group")

  private static func text(
    _ name: String, of object: JSONObject
  ) throws(SCIMError) -> String? {
    guard let json = object.value(named: name), !json.isVoid else { return nil }
    guard let text = SCIMCoercion.scalar(json, for: .string)?.string else {
      throw SCIMError(.invalidValue, "members.\(name) must be a string")
    }
    return text
  }

  /// Canonical names in schema order; what is not known is absent.
  package var json: JSONObject {
    var object = JSONObject([.init(name: "value", value: .string(value))])
    if let ref { object.members.append(.init(name: "$ref", value: .string(ref))) }
    if let type { object.members.append(.init(name: "type", value: .string(type))) }
    if let display { object.members.append(.init(name: "display", value: .string(display))) }
    return object
  }
}
