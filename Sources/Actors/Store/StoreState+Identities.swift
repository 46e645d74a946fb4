import Transport

/// What a bulk request asks before it lets operations run side by side.
extension StoreState {
  /// The ids and names of every resource of a type that an operation may meet: the one with that id,
  /// and whoever has one of those names, in use or not.
  ///
  /// - Parameter names: as sent.
  func identities(
    id: String?, names: some Collection<String>, in set: ResourceSet, _ type: SCIMResourceType
  ) -> [String] {
    guard let index = indexes[set] else { return [] }
    var places = Set(id.flatMap { index.row(id: $0) }.map { [$0] } ?? [])
    for (number, table) in type.indexes.enumerated() where table.isIdentifying {
      for name in names { places.formUnion(index.rows(table.key(name), in: number)) }
    }
    for name in names { places.formUnion(index.rows(formerExternalId: name)) }
    return places.flatMap { place in
      let row = rows[place]
      return [row.key.id]
        + row.keys.entries.filter { type.indexes[$0.index].isIdentifying }.map(\.value)
    }
  }
}
