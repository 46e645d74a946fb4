/// Whom people mean: by an id of any kind, a userName, an address or a number.
extension StoreState {
  /// Connections among whose resources a value is looked for.
  private static let most = 10_000

  /// The keys of the resources that a value names in these connections, and of those that an index
  /// cannot tell from them; deleted ones by their ids only.
  package func keys(named value: String, in connections: Set<String>) -> Set<ResourceKey> {
    if let row = row(record: value) {
      return connections.contains(row.key.connection) ? [row.key] : []
    }
    var found: Set<ResourceKey> = []
    for connection in connections.prefix(Self.most) {
      for type in catalog.types {
        let set = ResourceSet(connection: connection, type: type.segment)
        var places = candidates(of: set, for: .id(value))
        for (number, index) in type.indexes.enumerated() {
          places += candidates(of: set, for: .key(index: number, value: index.key(value)))
        }
        for place in places { found.insert(key(at: place)) }
      }
    }
    return found
  }

  /// The key of the employee or group of that id, when it is of one of these connections.
  package func key(record id: String, in connections: Set<String>) -> ResourceKey? {
    guard let key = row(record: id)?.key, connections.contains(key.connection) else { return nil }
    return key
  }

  /// False for one that never was, or that has been erased.
  package func knows(_ key: ResourceKey) -> Bool {
    place(key).map { !rows[$0].isErased && !isBeingErased($0) } ?? false
  }

  /// `emp_…` or `grp_…` of a resource; nil for one that was never, or that applications never see.
  package func recordId(of key: ResourceKey) -> String? {
    guard let place = place(key) else { return nil }
    let id = recordId(at: place)
    return id.isEmpty ? nil : id
  }
}
