/// One attribute definition (RFC 7643 §7): all the engine knows about a name comes from here.
///
/// A class, so that handing one from look-up to engine costs one reference.
package final class SCIMAttribute: Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case string, boolean, decimal, integer, dateTime, binary, reference, complex
  }
  package enum Mutability: String, Sendable, CaseIterable {
    case readOnly, readWrite, immutable, writeOnly
  }
  package enum Returned: String, Sendable, CaseIterable {
    case always, never, `default`, request
  }
  package enum Uniqueness: String, Sendable, CaseIterable {
    case none, server, global
  }

  package let name: String
  package let kind: Kind
  package let multiValued: Bool
  package let description: String
  package let required: Bool
  package let caseExact: Bool
  package let mutability: Mutability
  package let returned: Returned
  package let uniqueness: Uniqueness
  package let canonicalValues: [String]
  package let referenceTypes: [String]
  package let subAttributes: SCIMAttributeList

  package init(
    _ name: String, _ kind: Kind = .string, multiValued: Bool = false,
    description: String = "", required: Bool = false, caseExact: Bool = false,
    mutability: Mutability = .readWrite, returned: Returned = .default,
    uniqueness: Uniqueness = .none, canonicalValues: [String] = [],
    referenceTypes: [String] = [], subAttributes: [SCIMAttribute] = []
  ) {
    self.name = name
    self.kind = kind
    self.multiValued = multiValued
    self.description = description
    self.required = required
    self.caseExact = caseExact
    self.mutability = mutability
    self.returned = returned
    self.uniqueness = uniqueness
    self.canonicalValues = canonicalValues
    self.referenceTypes = referenceTypes
    self.subAttributes = SCIMAttributeList(subAttributes)
  }

  package var isComplex: Bool { kind == .complex }
  /// The sub-attribute that stands for the whole element (RFC 7643 §2.4).
  package var valueSubAttribute: SCIMAttribute? { subAttributes.named("value") }
  /// Values the server sets; what a client sends for them is not looked at.
  package var isServerOwned: Bool { mutability == .readOnly }
  /// Values that go no further than validation, because nobody may ever see them.
  package var isSecret: Bool { returned == .never || mutability == .writeOnly }
  /// Elements that are one and the same when their `value` is, as group members are.
  package var isIdentifiedByValue: Bool { valueSubAttribute?.mutability == .immutable }
}

/// Attributes in schema order, found by name whatever its case.
package struct SCIMAttributeList: Sendable {
  package let all: [SCIMAttribute]
  /// Whether a value of this list can be incomplete.
  package let hasRequired: Bool
  /// Whether a value of this list may not change once it is set.
  package let hasImmutable: Bool
  private let names: [String]
  /// Empty for short lists.
  private let positions: [String: Int]
  /// Up to here a scan beats hashing.
  private static let scanned = 10

  package init(_ attributes: [SCIMAttribute]) {
    all = attributes
    names = attributes.map(\.name)
    positions =
      attributes.count <= Self.scanned
      ? [:] : Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    hasRequired = attributes.contains { $0.required || $0.subAttributes.hasRequired }
    hasImmutable = attributes.contains {
      $0.mutability == .immutable || $0.subAttributes.hasImmutable
    }
  }

  package var isEmpty: Bool { all.isEmpty }

  package func position(of name: String) -> Int? {
    if let position = positions.isEmpty ? names.firstIndex(of: name) : positions[name] {
      return position
    }
    let length = name.utf8.count
    return names.firstIndex { $0.utf8.count == length && SCIMText.sameName($0, name) }
  }

  package func named(_ name: String) -> SCIMAttribute? {
    position(of: name).map { all[$0] }
  }
}
