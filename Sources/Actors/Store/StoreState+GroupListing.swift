import Transport

/// A group, or a member of one, as lists see it, its record still to be read.
package struct ListedRecord: Sendable {
  /// Its number in the store's table, which it keeps.
  package let place: Int
  package let isGroup: Bool
  /// The newest outcome it shows anything of.
  package let lastSeq: UInt64
  package let record: RowBytes
}

/// Some of them.
package struct RecordStretch: Sendable {
  package var records: [ListedRecord]
  package var gate: UInt64
}

/// A stretch of the groups of one connection.
package struct GroupStretch: Sendable {
  /// Row numbers with the groups' names, in the order of their commit.
  package var groups: [(place: Int, name: String)]
  /// Where the search for more goes on; nil at the end.
  package var next: Int?
}

/// Reading a consumer's groups and who belongs to them, in the order of their commit.
///
/// Every question looks at so many rows as it says at most: how many groups there are, and how many
/// belong to one, is the customer's affair, and writes wait meanwhile.
extension StoreState {
  func isGroup(_ place: Int, of consumer: String) -> Bool {
    isGroup(place) && consumers[set(at: place).connection] == consumer
  }

  /// The connections of a consumer that ever had a group, those that were removed included.
  ///
  /// - Parameter connection: only that one.
  package func connectionsWithGroups(
    of consumer: String, connection: String? = nil
  ) -> [String] {
    var found: [String] = []
    for rows in sets where rows.set.type == SCIMResourceType.group.segment {
      let id = rows.set.connection
      if consumers[id] == consumer, connection == nil || connection == id { found.append(id) }
    }
    return found
  }

  /// Groups of a connection that are not deleted.
  ///
  /// - Parameters:
  ///   - first: a row number.
  ///   - count: rows that are looked at.
  package func groups(ofConnection connection: String, from first: Int, count: Int) -> GroupStretch
  {
    let set = ResourceSet(connection: connection, type: SCIMResourceType.group.segment)
    let stretch = livePlaces(of: set, from: first, count: count)
    return GroupStretch(
      groups: stretch.places.map { (place: $0, name: groupNames[$0]?.name ?? "") },
      next: stretch.next)
  }

  /// One group of a consumer, deleted ones included.
  package func listedGroup(_ id: String, of consumer: String) -> ListedRecord? {
    groupPlace(id, of: consumer).map { listedRecord($0) }
  }

  package func groupPlace(_ id: String, of consumer: String) -> Int? {
    place(record: id).flatMap { isGroup($0, of: consumer) ? $0 : nil }
  }

  /// Who belongs to a group as it is now: it costs nothing, and can be looked through at leisure.
  package func members(ofGroup place: Int) -> MemberSet { membership.members(of: place) }

  /// What stands at these row numbers, employees and groups that are not deleted.
  package func listedRecords(at places: some Collection<Int>) -> RecordStretch {
    let shown = places.filter { (isUser($0) || isGroup($0)) && !rows[$0].isDeleted }
    return RecordStretch(records: shown.map { listedRecord($0) }, gate: appliedSeq)
  }

  private func listedRecord(_ place: Int) -> ListedRecord {
    ListedRecord(
      place: place, isGroup: isGroup(place), lastSeq: rows[place].lastSeq,
      record: recordBytes(at: place))
  }
}
