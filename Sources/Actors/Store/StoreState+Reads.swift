import Transport

/// Row numbers of live rows, and where the search for them goes on.
struct PlaceStretch: Sendable {
  var places: [Int]
  /// Nil at the end.
  var next: Int?
}

extension StoreState {
  /// How many live rows there are.
  func liveCount(of set: ResourceSet) -> Int { indexes[set]?.liveCount ?? 0 }

  /// Row numbers of a page of live rows in creation order, when none before them was deleted; nil
  /// when they have to be looked for with `livePlaces`.
  func directPlaces(of set: ResourceSet, offset: Int, limit: Int) -> [Int]? {
    guard let index = indexes[set] else { return [] }
    guard index.liveCount == index.order.count else { return nil }
    return Array(index.order.dropFirst(offset).prefix(limit))
  }

  /// Looks through a stretch of the creation order for rows that are not deleted.
  ///
  /// - Parameter first: a row number.
  func livePlaces(of set: ResourceSet, from first: Int, count: Int) -> PlaceStretch {
    guard let order = indexes[set]?.order else { return PlaceStretch(places: [], next: nil) }
    let start = order.partitioningIndex { $0 >= first }
    let end = min(start + count, order.count)
    return PlaceStretch(
      places: order[start..<end].filter { !rows[$0].isDeleted },
      next: end < order.count ? order[end] : nil)
  }

  /// A stretch of the creation order, deleted rows left out, for scans that let others in between.
  ///
  /// - Parameter first: a row number; rows keep theirs for ever, so a scan skips and repeats none.
  /// - Returns: the rows and where the next stretch begins, nil at the end.
  package func stretch(
    of set: ResourceSet, from first: Int, count: Int
  ) -> (rows: [ResourceRow], next: Int?, gate: UInt64) {
    guard let order = indexes[set]?.order else { return ([], nil, appliedSeq) }
    let start = order.partitioningIndex { $0 >= first }
    let end = min(start + count, order.count)
    let rows = order[start..<end].map { self.rows[$0] }.filter { !$0.isDeleted }
    return (rows, end < order.count ? order[end] : nil, appliedSeq)
  }

  /// The numbers of the rows that one indexed equality can match, in no order. Every row still has
  /// to pass the whole filter.
  func candidates(of set: ResourceSet, for equality: IndexedEquality) -> [Int] {
    guard let index = indexes[set] else { return [] }
    switch equality {
    case .id(let id): return index.row(id: id).map { [$0] } ?? []
    case .key(let number, let value): return index.rows(value, in: number)
    case .member(let value):
      let known = target(of: value, in: set.connection).map { membership.groups(of: $0) } ?? []
      return Array(Set(known + membership.waiting(for: value, in: set.connection)))
    case .group(let id):
      let groups = ResourceSet(
        connection: set.connection, type: SCIMResourceType.group.segment)
      guard let group = indexes[groups]?.row(id: id) else { return [] }
      var members: Set<Int> = []
      membership.members(of: group).forEach { entry in
        if let place = entry.target, rows[place].key.set == set { members.insert(place) }
      }
      return Array(members)
    }
  }
}

/// A term of a filter that names one value of an indexed attribute.
package enum IndexedEquality: Sendable, Equatable {
  case id(String)
  /// The value as the type's index of that number holds it.
  case key(index: Int, value: String)
  /// Groups that have a member of that value.
  case member(String)
  /// Who belongs to the group of that id.
  case group(String)
}

extension [Int] {
  /// The first index whose element satisfies a condition that all later ones satisfy too.
  func partitioningIndex(where holds: (Int) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
