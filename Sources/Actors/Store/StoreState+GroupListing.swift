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

/// A page of them.
package struct RecordStretch: Sendable {
  package var records: [ListedRecord]
  /// Whether there are more.
  package var hasMore: Bool
  package var gate: UInt64
}

/// Reading a consumer's groups and who belongs to them, in the order of their commit.
extension StoreState {
  func isGroup(_ place: Int, of consumer: String) -> Bool {
    isGroup(place) && consumers[set(at: place).connection] == consumer
  }

  /// Groups that are not deleted.
  ///
  /// - Parameters:
  ///   - connection: only those of one.
  ///   - first: a row number.
  package func listedGroups(
    of consumer: String, connection: String?, from first: Int, count: Int
  ) -> RecordStretch {
    var found: [Int] = []
    for rows in sets where rows.set.type == SCIMResourceType.group.segment {
      let id = rows.set.connection
      guard consumers[id] == consumer, connection.map({ $0 == id }) ?? true else { continue }
      // One more than is shown tells whether there are more.
      var next: Int? = first
      var taken: [Int] = []
      while let from = next, taken.count <= count {
        let stretch = livePlaces(of: rows.set, from: from, count: count + 1 - taken.count)
        taken += stretch.places
        next = stretch.next
      }
      found += taken
    }
    return stretch(of: found.sorted(), count)
  }

  /// One group of a consumer, deleted ones included.
  package func listedGroup(_ id: String, of consumer: String) -> ListedRecord? {
    place(record: id).flatMap { isGroup($0, of: consumer) ? listedRecord($0) : nil }
  }

  /// Who belongs to a group: employees and groups, known ones only.
  ///
  /// - Parameter first: a row number.
  package func listedMembers(of group: Int, from first: Int, count: Int) -> RecordStretch {
    var found: [Int] = []
    membership.members(of: group).forEach { entry in
      if let target = entry.target, target >= first, isUser(target) || isGroup(target) {
        found.append(target)
      }
    }
    return stretch(of: found.sorted(), count)
  }

  private func stretch(of places: [Int], _ count: Int) -> RecordStretch {
    RecordStretch(
      records: places.prefix(count).map { listedRecord($0) }, hasMore: places.count > count,
      gate: appliedSeq)
  }

  private func listedRecord(_ place: Int) -> ListedRecord {
    ListedRecord(
      place: place, isGroup: isGroup(place), lastSeq: rows[place].lastSeq,
      record: recordBytes(at: place))
  }
}
