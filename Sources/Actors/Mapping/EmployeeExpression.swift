package import Transport

/// Where an employee field's value comes from, as data, so that the whole mapping is one table.
package indirect enum EmployeeExpression: Sendable, Equatable {
  /// The value at a path of member names.
  case path([String])
  /// The first element of a multi-valued attribute that fits.
  case element(of: String, ElementMatch)
  /// One member of the object another expression gives.
  case member(String, of: EmployeeExpression)
  /// The first that is not null.
  case first([EmployeeExpression])
  /// Those that are texts, with a space between.
  case joined([EmployeeExpression])
  /// A number or a boolean as text; a text as it is.
  case text(EmployeeExpression)
  /// The text when it contains another, else null.
  case containing(String, EmployeeExpression)
  /// All elements of a multi-valued attribute that say something; never null.
  case values(of: String)
  /// The object another expression gives, with its members renamed: (new, old).
  case renamed([Renaming], EmployeeExpression)
  /// A value that depends on nothing.
  case constant(JSONValue)
  /// What a mapping rule's path leads to.
  case source(MappingSource)
  /// A text in lower or upper case; anything else as it is.
  case lowercased(EmployeeExpression)
  case uppercased(EmployeeExpression)
  /// What a table has for the text another expression gives.
  case lookup(EmployeeExpression, [String: JSONValue], missing: JSONValue)
  /// The value where the field can hold it, else nothing.
  case fitting(MappedKind, EmployeeExpression)

  package enum ElementMatch: Sendable, Equatable {
    case primary
    case type([String])
    case any
  }

  package struct Renaming: Sendable, Equatable {
    package var new: String
    package var old: String
  }
}

extension EmployeeExpression {
  /// - Returns: null for what is absent or an empty text.
  package func evaluate(_ resource: SCIMResource) -> JSONValue {
    let attributes = resource.attributes
    return switch self {
    case .path(let names): Self.walk(attributes, names)
    case .element(let name, let match): Self.element(attributes[name], match)
    case .member(let name, let source): Self.filled(source.evaluate(resource)[name])
    case .first(let options): Self.firstFilled(options, resource)
    case .joined(let parts): Self.joined(parts.map { $0.evaluate(resource) })
    case .text(let source): Self.text(source.evaluate(resource))
    case .containing(let part, let source): Self.text(source.evaluate(resource), having: part)
    case .values(let name): Self.values(attributes[name])
    case .renamed(let names, let source): Self.renamed(source.evaluate(resource), names)
    case .constant(let value): value
    case .source(let source): source.value(in: resource)
    case .lowercased(let source): Self.recased(source.evaluate(resource)) { $0.lowercased() }
    case .uppercased(let source): Self.recased(source.evaluate(resource)) { $0.uppercased() }
    case .lookup(let source, let table, let missing):
      Self.text(source.evaluate(resource)).string.flatMap { table[$0] } ?? missing
    case .fitting(let kind, let source): kind.fit(source.evaluate(resource))
    }
  }

  /// The paths it reads, so that what no expression reads can be kept elsewhere.
  package var sources: [[String]] {
    switch self {
    case .path(let names): [names]
    case .element(let name, _), .values(let name): [[name]]
    case .member(_, let source), .text(let source), .containing(_, let source),
      .renamed(_, let source), .lowercased(let source), .uppercased(let source),
      .lookup(let source, _, _), .fitting(_, let source):
      source.sources
    case .source(let source): [source.names]
    case .first(let parts), .joined(let parts): parts.flatMap(\.sources)
    case .constant: []
    }
  }

  /// How many expressions somebody wrote to say it.
  var written: Int {
    switch self {
    case .path, .element, .values, .source, .constant: 1
    case .first(let parts), .joined(let parts): parts.reduce(1) { $0 + $1.written }
    case .lowercased(let source), .uppercased(let source), .lookup(let source, _, _):
      1 + source.written
    case .member(_, let source), .text(let source), .containing(_, let source),
      .renamed(_, let source), .fitting(_, let source):
      source.written
    }
  }

  private static func filled(_ value: JSONValue?) -> JSONValue {
    switch value {
    case nil: .null
    case .string(let text)? where text.isEmpty: .null
    case let value?: value
    }
  }

  private static func walk(_ attributes: JSONObject, _ names: [String]) -> JSONValue {
    var value = attributes[names[0]]
    for name in names.dropFirst() { value = value?[name] }
    return filled(value)
  }

  private static func element(_ value: JSONValue?, _ match: ElementMatch) -> JSONValue {
    guard let elements = value?.array else { return .null }
    return elements.first { fits($0, match) } ?? .null
  }

  private static func fits(_ element: JSONValue, _ match: ElementMatch) -> Bool {
    guard let object = element.object, !saysNothing(object["value"]) else { return false }
    switch match {
    case .any: return true
    case .primary: return object["primary"]?.bool == true
    case .type(let types):
      guard let type = object["type"]?.string else { return false }
      return types.contains { $0 == type } || types.contains(type.lowercased())
    }
  }

  /// Present and yet empty; a complex element without `value` is none of that.
  private static func saysNothing(_ value: JSONValue?) -> Bool {
    switch value {
    case .null?: true
    case .string(let text)?: text.isEmpty
    default: false
    }
  }

  private static func firstFilled(
    _ options: [EmployeeExpression], _ resource: SCIMResource
  ) -> JSONValue {
    for option in options {
      let value = option.evaluate(resource)
      if !value.isNull { return value }
    }
    return .null
  }

  private static func joined(_ values: [JSONValue]) -> JSONValue {
    let texts = values.compactMap(\.string)
    return texts.isEmpty ? .null : JSONValue(texts.joined(separator: " "))
  }

  private static func recased(
    _ value: JSONValue, _ change: (String) -> String
  ) -> JSONValue {
    value.string.map { JSONValue(change($0)) } ?? value
  }

  static func text(_ value: JSONValue) -> JSONValue {
    switch value {
    case .number(let number): JSONValue(number.text)
    case .bool(let flag): JSONValue(flag ? "true" : "false")
    default: value
    }
  }

  private static func text(_ value: JSONValue, having part: String) -> JSONValue {
    value.string?.contains(part) == true ? value : .null
  }

  private static func values(_ value: JSONValue?) -> JSONValue {
    switch value {
    case .array(let elements)?: .array(elements.filter { !$0.isNull && !isBlank($0["value"]) })
    default: .array([])
    }
  }

  private static func isBlank(_ value: JSONValue?) -> Bool {
    if case .string(let text)? = value { text.isEmpty } else { false }
  }

  private static func renamed(_ value: JSONValue, _ names: [Renaming]) -> JSONValue {
    guard let object = value.object else { return .null }
    let members = names.map { JSONObject.Member(name: $0.new, value: filled(object[$0.old])) }
    return members.allSatisfy(\.value.isNull) ? .null : .object(JSONObject(members))
  }
}
