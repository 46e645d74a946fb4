import Transport

@testable import Pipeline

/// Holds a value against a shape, so that code and table cannot say different things.
extension APISchema {
  /// What about the value is not as the shape says; empty when all is.
  func faults(in value: JSONValue, at place: String = "$") -> [String] {
    switch self {
    case .object(let members): Self.faults(in: value, members, isClosed: true, at: place)
    case .open(let members): Self.faults(in: value, members, isClosed: false, at: place)
    case .array(let element):
      value.array.map { elements in
        elements.enumerated().flatMap { element.faults(in: $1, at: "\(place)[\($0)]") }
      } ?? ["\(place) is no array"]
    case .either(let shapes): Self.faults(in: value, shapes, at: place)
    case .nullable(let schema): value.isNull ? [] : schema.faults(in: value, at: place)
    case .named(let name):
      APISchemas.schema(named: name)?.faults(in: value, at: place)
        ?? ["\(place): no shape is named \(name)"]
    case .anything: []
    default: isMet(by: value) ? [] : ["\(place) is \(value.text.prefix(80)), not \(self)"]
    }
  }

  private func isMet(by value: JSONValue) -> Bool {
    switch self {
    case .text: value.string != nil
    case .id(let prefix): value.string?.hasPrefix(prefix) == true
    case .timestamp: value.string.flatMap { Timestamp(parsing: $0) } != nil
    case .url: value.string?.contains("://") == true
    case .count: value.int.map { $0 >= 0 } ?? false
    case .integer: value.int != nil
    case .number: (value.number?.double).map { $0 >= 0 } ?? false
    case .boolean: value.bool != nil
    case .choice(let words): value.string.map(words.contains) ?? false
    default: false
    }
  }

  private static func faults(
    in value: JSONValue, _ members: [Member], isClosed: Bool, at place: String
  ) -> [String] {
    guard let object = value.object else { return ["\(place) is no object"] }
    var faults: [String] = []
    for member in members {
      if let value = object[member.name] {
        faults += member.schema.faults(in: value, at: "\(place).\(member.name)")
      } else if !member.isOptional {
        faults.append("\(place) has no \(member.name)")
      }
    }
    guard isClosed else { return faults }
    let known = Set(members.map(\.name))
    return faults
      + object.members.filter { !known.contains($0.name) }.map { "\(place) has \($0.name)" }
  }

  private static func faults(
    in value: JSONValue, _ shapes: [APISchema], at place: String
  ) -> [String] {
    let all = shapes.map { $0.faults(in: value, at: place) }
    return all.contains(where: \.isEmpty) ? [] : all.min { $0.count < $1.count } ?? []
  }
}

extension APISchema {
  /// Every name it refers to, at any depth.
  var names: Set<String> {
    switch self {
    case .object(let members), .open(let members):
      members.reduce(into: []) { $0.formUnion($1.schema.names) }
    case .array(let schema), .nullable(let schema): schema.names
    case .either(let shapes): shapes.reduce(into: []) { $0.formUnion($1.names) }
    case .named(let name): [name]
    default: []
    }
  }
}
