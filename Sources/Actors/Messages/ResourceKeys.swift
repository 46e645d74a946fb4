package import Transport

/// What a resource can be found by, in the one fold that uniqueness, filters and look-ups share.
package struct ResourceKeys: Sendable, Equatable {
  package struct Entry: Sendable, Hashable {
    /// Which of its type's indexes.
    package let index: Int
    /// As that index holds it.
    package let value: String
  }

  /// In the order of the indexes.
  package let entries: [Entry]
  /// False only for who is there and out of use.
  package let active: Bool

  /// - Parameter attributes: a resource's, with canonical names.
  package init(_ attributes: JSONObject, type: SCIMResourceType) {
    var entries: [Entry] = []
    entries.reserveCapacity(type.indexes.count)
    for (number, index) in type.indexes.enumerated() {
      for key in index.keys(in: attributes) { entries.append(Entry(index: number, value: key)) }
    }
    self.init(entries: entries, active: attributes["active"]?.bool ?? true)
  }

  /// Nothing but an externalId, whose index is every type's first.
  init(externalId: String?) {
    let value = externalId.flatMap { $0.isEmpty ? nil : $0 }
    self.init(entries: value.map { [Entry(index: 0, value: $0)] } ?? [], active: true)
  }

  private init(entries: [Entry], active: Bool) {
    self.entries = entries
    self.active = active
  }

  /// - Parameters:
  ///   - bytes: a stored resource; bytes that are no object have no keys.
  ///   - type: nil when no loaded file defines it any more: then there are no keys either.
  package init(stored bytes: [UInt8], type: SCIMResourceType?) {
    guard let type else {
      self.init(entries: [], active: true)
      return
    }
    let parsed = try? JSONValue(parsing: bytes)
    self.init(parsed?.object ?? JSONObject(), type: type)
  }

  /// The first key in an index.
  package func value(in index: Int?) -> String? {
    index.flatMap { index in entries.first { $0.index == index }?.value }
  }

  /// - Parameter path: canonical, of an index of that type.
  package func value(at path: String, of type: SCIMResourceType) -> String? {
    value(in: type.indexNumber(of: path))
  }

  package var externalId: String? { value(in: 0) }
}
