import Transport

/// The list that identity providers ask for most: whom one value of an indexed attribute names.
/// Nothing is searched and no filter evaluated, because the index knows as much as the filter says.
extension ResourceReader {
  /// - Returns: nil for any other list, and where an index tells several.
  func lookUp(
    _ query: SCIMListQuery, _ type: SCIMResourceType, of connection: String, baseURL: String
  ) async throws(SCIMError) -> SCIMAnswer? {
    guard case .index(let start) = query.start, let term = query.soleEquality(of: type),
      let equality = IndexedEquality(term, of: type)
    else { return nil }
    let view = SCIMView(
      projection: try query.projection(for: type), type: type, baseURL: baseURL)
    let set = ResourceSet(connection: connection, type: type.segment)
    guard let found = store.read({ $0.named(equality, in: set, related: view.showsComputed) })
    else { return nil }
    var resource: [UInt8]?
    if let row = found.row {
      let bytes = await store.bytes(row.resource)
      guard equality.isConfirmed(by: bytes, of: type) else { return nil }
      resource = bytes
    }
    await store.committed.durable(through: found.gate)
    var resources: [[UInt8]] = []
    if start == 1, query.count > 0, let row = found.row, let resource {
      resources = [view.body(of: resource, id: row.id, computed: found.related?.computed)]
    }
    return SCIMAnswer(
      status: 200,
      body: SCIMListResponse.body(
        total: found.row == nil ? 0 : 1, startIndex: start, resources: resources))
  }
}

extension IndexedEquality {
  /// Whether the resource an index led to has that value: the index knows hashes only.
  fileprivate func isConfirmed(by resource: [UInt8], of type: SCIMResourceType) -> Bool {
    guard case .key(let number, let value) = self else { return true }
    return type.indexes[number].holds(value, in: resource)
  }

  /// Nil when the type has no index that decides the term by itself.
  fileprivate init?(_ term: SCIMEquality, of type: SCIMResourceType) {
    if term.path == "id" {
      self = .id(term.value)
    } else if let number = type.indexNumber(of: term.path) {
      self = .key(index: number, value: type.indexes[number].key(term.value))
    } else {
      return nil
    }
  }
}

extension StoreState {
  /// The one resource that a value names, or none, and the line an answer has to wait for.
  ///
  /// - Returns: nil when it names several.
  fileprivate func named(
    _ equality: IndexedEquality, in set: ResourceSet, related wantsRelated: Bool
  ) -> (row: ListedRow?, related: RelatedResources?, gate: UInt64)? {
    let places = candidates(of: set, for: equality)
    guard places.count <= 1 else { return nil }
    guard let place = places.first, let row = listed(place) else { return (nil, nil, appliedSeq) }
    let related = wantsRelated ? self.related(at: place) : nil
    return (row, related, max(rows[place].lastSeq, related?.lastSeq ?? 0))
  }
}
