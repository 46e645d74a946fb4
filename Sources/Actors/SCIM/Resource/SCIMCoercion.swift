import Transport

/// Turns what identity providers send into what the schema says, or refuses it: "True" for true,
/// a number for a string, one object for a list, a bare id for a reference. Nothing is guessed
/// beyond that.
struct SCIMCoercion {
  /// Sub-attributes the schema does not know, met on the way; see `SCIMStrays`.
  var strays = SCIMStrays()

  /// The value as the schema wants it, or nil when it says nothing.
  mutating func value(
    _ value: JSONValue, for attribute: SCIMAttribute, at place: SCIMPlaceName
  ) throws(SCIMError) -> JSONValue? {
    if value.isVoid { return nil }
    if attribute.multiValued {
      let elements = try elements(value, for: attribute, at: place)
      return elements.isEmpty ? nil : .array(elements)
    }
    return try single(value, for: attribute, at: place)
  }

  /// The elements of a multi-valued attribute: no empty one, none twice, at most one primary.
  mutating func elements(
    _ value: JSONValue, for attribute: SCIMAttribute, at place: SCIMPlaceName,
    onlyOnePrimary: Bool = true
  ) throws(SCIMError) -> [JSONValue] {
    guard case .array(let given) = value else {
      if value.isVoid { return [] }
      return try [element(value, for: attribute, at: place)].compactMap(\.self)
    }
    var distinct = SCIMElementSet(of: attribute)
    var primaries = 0
    for candidate in given {
      guard let element = try element(candidate, for: attribute, at: place) else { continue }
      guard distinct.insert(element) else { continue }
      if element["primary"]?.bool == true { primaries += 1 }
    }
    guard primaries <= 1 || !onlyOnePrimary else {
      throw SCIMError(.invalidValue, "\(place) may have only one primary value")
    }
    return distinct.elements
  }

  /// One element of a multi-valued attribute, or nil when it is empty.
  mutating func element(
    _ value: JSONValue, for attribute: SCIMAttribute, at place: SCIMPlaceName
  ) throws(SCIMError) -> JSONValue? {
    if value.isVoid { return nil }
    if attribute.isComplex {
      let before = strays.found.count
      let object = try complex(value, of: attribute, at: place)
      strays.settleElement(of: attribute, after: before, with: object)
      return object.isEmpty ? nil : .object(object)
    }
    return try simple(value, for: attribute, at: place)
  }

  private mutating func single(
    _ value: JSONValue, for attribute: SCIMAttribute, at place: SCIMPlaceName
  ) throws(SCIMError) -> JSONValue? {
    if case .array(let elements) = value {
      guard elements.count == 1 else {
        throw SCIMError(.invalidValue, "\(place) takes one value, not a list")
      }
      return elements[0].isVoid ? nil : try single(elements[0], for: attribute, at: place)
    }
    guard attribute.isComplex else { return try simple(value, for: attribute, at: place) }
    let object = try complex(value, of: attribute, at: place)
    return object.isEmpty ? nil : .object(object)
  }

  /// The known sub-attributes in schema order; read-only ones are the server's.
  private mutating func complex(
    _ value: JSONValue, of attribute: SCIMAttribute, at place: SCIMPlaceName
  ) throws(SCIMError) -> JSONObject {
    guard case .object(let given) = value else {
      guard let sub = attribute.valueSubAttribute else {
        throw SCIMError(.invalidValue, "\(place) must be an object")
      }
      let text = try simple(value, for: sub, at: place)
      return JSONObject(text.map { [.init(name: sub.name, value: $0)] } ?? [])
    }
    var slots = [JSONValue?](repeating: nil, count: attribute.subAttributes.all.count)
    for member in given.members {
      guard let position = attribute.subAttributes.position(of: member.name) else {
        strays.note(member, in: attribute)
        continue
      }
      let sub = attribute.subAttributes.all[position]
      if sub.isServerOwned || sub.isSecret { continue }
      slots[position] = try self.value(member.value, for: sub, at: place.below(sub.name))
    }
    return attribute.subAttributes.object(from: slots)
  }

  private func simple(
    _ value: JSONValue, for attribute: SCIMAttribute, at place: SCIMPlaceName
  ) throws(SCIMError) -> JSONValue? {
    let bare = value["value"] ?? value
    if bare.isVoid { return nil }
    if let fitting = SCIMCoercion.scalar(bare, for: attribute.kind) { return fitting }
    throw SCIMError(.invalidValue, "\(place) must be \(attribute.kind.inWords)")
  }

  /// The value when it fits the kind, or can be read as one without loss.
  ///
  /// `.none` and not `nil`: beside a `JSONValue`, the literal would be JSON's null.
  static func scalar(_ value: JSONValue, for kind: SCIMAttribute.Kind) -> JSONValue? {
    switch (kind, value) {
    case (.string, .string), (.reference, .string), (.boolean, .bool), (.decimal, .number):
      return value
    case (.string, .number(let number)), (.reference, .number(let number)):
      return .string(number.text)
    case (.boolean, .string(let text)):
      if SCIMText.sameName(text, "true") { return .bool(true) }
      return SCIMText.sameName(text, "false") ? .bool(false) : .none
    case (.integer, .number(let number)):
      return number.isInteger ? value : .none
    case (.dateTime, .string(let text)):
      return Timestamp(parsing: text) == nil ? .none : value
    case (.binary, .string(let text)):
      return isBase64(text) ? value : .none
    default:
      return nil
    }
  }

  /// Either alphabet of RFC 4648, with or without padding, line breaks as they come.
  private static func isBase64(_ text: String) -> Bool {
    var (digits, padding) = (0, 0)
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"),
        UInt8(ascii: "-"), UInt8(ascii: "_"):
        guard padding == 0 else { return false }
        digits += 1
      case UInt8(ascii: "="): padding += 1
      case 0x20, 0x09, 0x0A, 0x0D: break
      default: return false
      }
    }
    return digits % 4 != 1 && (padding == 0 || padding <= 2 && (digits + padding) % 4 == 0)
  }
}

/// Where a value stands; only an error puts it into words.
struct SCIMPlaceName: CustomStringConvertible {
  private let name: String
  private let sub: String?

  init(_ name: String) { self.init(name, nil) }

  private init(_ name: String, _ sub: String?) {
    self.name = name
    self.sub = sub
  }

  func below(_ name: String) -> SCIMPlaceName {
    sub == nil ? SCIMPlaceName(self.name, name) : SCIMPlaceName(description, name)
  }

  var description: String { sub.map { "\(name).\($0)" } ?? name }
}

extension SCIMAttributeList {
  /// An object of the filled slots, in schema order.
  func object(from slots: [JSONValue?]) -> JSONObject {
    var members = [JSONObject.Member]()
    members.reserveCapacity(slots.reduce(0) { $1 == nil ? $0 : $0 + 1 })
    for index in slots.indices {
      if let slot = slots[index] { members.append(.init(name: all[index].name, value: slot)) }
    }
    return JSONObject(members)
  }
}

extension SCIMAttribute.Kind {
  /// As an error names it.
  var inWords: String {
    switch self {
    case .string: "a string"
    case .boolean: "true or false"
    case .decimal: "a number"
    case .integer: "a whole number"
    case .dateTime: "a date and time such as 2026-01-31T08:00:00Z"
    case .binary: "base64 text"
    case .reference: "a URI"
    case .complex: "an object"
    }
  }
}
