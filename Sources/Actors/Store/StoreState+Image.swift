package import Transport

/// The tables of a state beside a snapshot, so that a start need not take every resource apart.
extension StoreState {
  /// Changes with whatever would make an older image unreadable.
  private static let layout =
    "scim-hris index 3 \(MemoryLayout<StoredRow>.stride) \(MemoryLayout<StoredRow>.size)"

  /// What an image of a snapshot of this hash is called, under this catalog.
  private static func title(_ hash: String, _ catalog: SCIMCatalog) -> String {
    let types = catalog.types.map { type in
      type.segment + type.indexes.map { " \($0.path) \($0.isUnique)" }.joined()
    }
    return "\(layout) \(hash) \(types.joined(separator: ", "))"
  }

  /// Writes the tables as they are once rows point into the snapshot. Blocks.
  ///
  /// - Parameter hash: of this state, as the snapshot's footer says.
  package func writeImage(
    _ path: String, hash: String, places: SnapshotPlaces
  ) throws(SpoolError) {
    var image = try ImageWriter.create(path, title: Self.title(hash, catalog))
    try image.write([hasher.key.first, hasher.key.second])
    try image.write(Int(places.rowsEnd))
    var moved = rows
    for place in rows.indices { moved[place].body = places.places[place] }
    try moved.write(to: &image)
    try image.write(otherNames.count)
    for name in otherNames { try image.write(name) }
    try image.write(sets.count)
    for set in sets { try set.write(to: &image) }
    try index.write(to: &image)
    try image.write(employees.count)
    for (consumer, places) in employees {
      try image.write(consumer)
      try image.write(places)
    }
    try reporting.write(to: &image)
    try image.publish()
  }

  /// A state whose tables are those of an image; configuration and members are still to be restored
  /// from the snapshot's lines. Blocks.
  ///
  /// - Parameter hash: of the snapshot it must belong to.
  /// - Returns: where in the snapshot the lines behind the resources begin, too.
  /// - Throws: when there is no image, or none for this snapshot, catalog and program.
  package static func image(
    _ path: String, hash: String, catalog: SCIMCatalog, files: RecordFiles
  ) throws(SpoolError) -> (state: StoreState, rowsEnd: UInt64) {
    var image = try ImageReader.open(path, title: Self.title(hash, catalog))
    let key = try image.array(of: UInt64.self)
    guard key.count == 2 else {
      throw SpoolError.corrupt(segment: path, offset: 0, seq: 0, reason: "there is no key")
    }
    var state = StoreState(
      catalog: catalog, files: files, hasher: SipHash(key: key[0], key[1]))
    let end = try image.number()
    state.rows = try PagedArray(from: &image)
    var names: [String] = []
    for _ in 0..<(try image.number()) { names.append(try image.text()) }
    var sets: [SetRows] = []
    for _ in 0..<(try image.number()) { sets.append(try SetRows(from: &image)) }
    let index = try HashIndex(from: &image)
    var employees: [String: [UInt32]] = [:]
    for _ in 0..<(try image.number()) {
      let consumer = try image.text()
      employees[consumer] = try image.array()
    }
    state.reporting = try Reporting(state.hasher, from: &image)
    try image.finish()
    state.adopt(names, sets, index, employees)
    return (state, UInt64(end))
  }

  /// The groups' names, which images do not hold.
  package mutating func readGroupNames() {
    for set in sets where set.set.type == SCIMResourceType.group.segment {
      for place in set.order where !rows[Int(place)].isDeleted {
        groupNames[Int(place)] = Group(bytes: record(at: Int(place))).summary
      }
    }
  }
}
