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
    var places = Set(id.flatMap { place(id: $0, in: set) }.map { [$0] } ?? [])
    for (number, table) in type.indexes.enumerated() where table.isIdentifying {
      for name in names { places.formUnion(candidates(table.key(name), in: number, of: set)) }
    }
    for name in names { places.formUnion(rows(formerExternalId: name, of: set)) }
    return places.flatMap { place in
      [self.id(at: place)]
        + keys(at: place).entries.filter { type.indexes[$0.index].isIdentifying }.map(\.value)
    }
  }
}
