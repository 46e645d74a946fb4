import Transport

/// Why a definition cannot be used, for whoever wrote the file: where the fault is, and which rule
/// it breaks.
package struct SCIMDefinitionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// "attribute manager.value".
  package let place: String
  /// "type must be one of string, boolean, …".
  package let rule: String

  package init(_ place: String, _ rule: String) {
    self.place = place
    self.rule = rule
  }

  package var description: String { place + ": " + rule }
}

/// One object of a definition while it is read: members by name in any case, and where it stands.
struct SCIMDefinition {
  let place: String
  private let object: JSONObject

  /// - Parameter known: the only names allowed; nil where others are none of our business.
  init(
    _ value: JSONValue, at place: String, known: [String]? = nil
  ) throws(SCIMDefinitionError) {
    guard let object = value.object else { throw SCIMDefinitionError(place, "must be an object") }
    for (index, member) in object.members.enumerated() {
      let first = object.members.firstIndex { SCIMText.sameName($0.name, member.name) }
      guard first == index || known == nil else {
        throw SCIMDefinitionError(place, "\(SCIMText.clipped(member.name)) is said twice")
      }
      if let known, !known.contains(where: { SCIMText.sameName($0, member.name) }) {
        throw SCIMDefinitionError(
          place, "\(SCIMText.clipped(member.name)) is none of \(known.joined(separator: ", "))")
      }
    }
    self.object = object
    self.place = place
  }

  /// The definitions of a file: one object, a list of them, or a ListResponse.
  static func all(
    in value: JSONValue, called what: String
  ) throws(SCIMDefinitionError) -> [JSONValue] {
    let list =
      value.array ?? value.object?.value(named: "Resources")?.array
      ?? (value.object == nil ? [] : [value])
    guard !list.isEmpty else {
      throw SCIMDefinitionError(
        what, "there must be one JSON object, a list of them, or a ListResponse")
    }
    return list
  }

  func fault(_ rule: String) -> SCIMDefinitionError { SCIMDefinitionError(place, rule) }

  /// Nil when it is absent or null.
  func value(_ name: String) -> JSONValue? {
    guard let value = object.value(named: name), !value.isNull else { return nil }
    return value
  }

  func text(_ name: String) throws(SCIMDefinitionError) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.string else { throw fault("\(name) must be a string") }
    return text
  }

  func requiredText(_ name: String) throws(SCIMDefinitionError) -> String {
    guard let text = try text(name), !text.isEmpty else { throw fault("\(name) is missing") }
    return text
  }

  func flag(_ name: String) throws(SCIMDefinitionError) -> Bool {
    guard let value = value(name) else { return false }
    guard let flag = value.bool else { throw fault("\(name) must be true or false") }
    return flag
  }

  func list(_ name: String) throws(SCIMDefinitionError) -> [JSONValue] {
    guard let value = value(name) else { return [] }
    guard let list = value.array else { throw fault("\(name) must be a list") }
    return list
  }

  /// Distinct strings that are not empty.
  func texts(_ name: String) throws(SCIMDefinitionError) -> [String] {
    var texts = [String]()
    for value in try list(name) {
      guard let text = value.string, !text.isEmpty else {
        throw fault("\(name) must be a list of strings")
      }
      guard !texts.contains(text) else {
        throw fault("\(name) has \(SCIMText.clipped(text)) twice")
      }
      texts.append(text)
    }
    return texts
  }

  /// One of the words of RFC 7643, in any case.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, or fallback: Choice?
  ) throws(SCIMDefinitionError) -> Choice {
    guard let given = try text(name) else {
      guard let fallback else { throw fault("\(name) is missing") }
      return fallback
    }
    guard let choice = Choice.allCases.first(where: { SCIMText.sameName($0.rawValue, given) })
    else {
      let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw fault("\(name) must be one of \(words), not \(SCIMText.clipped(given))")
    }
    return choice
  }
}
