import Transport

/// Row numbers of live rows, and where the search for them goes on.
struct PlaceStretch: Sendable {
  var places: [Int]
  /// Nil at the end.
  var next: Int?
}

extension StoreState {
  /// How many live rows there are.
  func liveCount(of set: ResourceSet) -> Int { rows(of: set)?.liveCount ?? 0 }

  func rows(of set: ResourceSet) -> SetRows? { setNumbers[set].map { sets[$0] } }

  /// Row numbers of a page of live rows in creation order, when none before them was deleted; nil
  /// when they have to be looked for with `livePlaces`.
  func directPlaces(of set: ResourceSet, offset: Int, limit: Int) -> [Int]? {
    guard let rows = rows(of: set) else { return [] }
    guard rows.liveCount == rows.order.count else { return nil }
    return rows.order.dropFirst(offset).prefix(limit).map { Int($0) }
  }

  /// Looks through a stretch of the creation order for rows that are not deleted.
  ///
  /// - Parameter first: a row number.
  func livePlaces(of set: ResourceSet, from first: Int, count: Int) -> PlaceStretch {
    guard let order = rows(of: set)?.order else { return PlaceStretch(places: [], next: nil) }
    let start = order.partitioningIndex { $0 >= first }
    let end = min(start + count, order.count)
    return PlaceStretch(
      places: order[start..<end].map { Int($0) }.filter { !rows[$0].isDeleted },
      next: end < order.count ? Int(order[end]) : nil)
  }

  /// A stretch of the creation order, deleted rows left out, for scans that let others in between.
  ///
  /// - Parameter first: a row number; rows keep theirs for ever, so a scan skips and repeats none.
  /// - Returns: the rows and where the next stretch begins, nil at the end.
  package func stretch(
    of set: ResourceSet, from first: Int, count: Int
  ) -> (rows: [ResourceRow], next: Int?, gate: UInt64) {
    let stretch = livePlaces(of: set, from: first, count: count)
    return (stretch.places.map { row(at: $0) }, stretch.next, appliedSeq)
  }

  /// The numbers of the rows that one indexed equality can match, in no order. Every row still has
  /// to pass the whole filter.
  func candidates(of set: ResourceSet, for equality: IndexedEquality) -> [Int] {
    switch equality {
    case .id(let id): return place(id: id, in: set).map { [$0] } ?? []
    case .key(let number, let value): return candidates(value, in: number, of: set)
    case .member(let value):
      let known = target(of: value, in: set.connection).map { membership.groups(of: $0) } ?? []
      return Array(Set(known + membership.waiting(for: value, in: set.connection)))
    case .group(let id):
      let groups = ResourceSet(
        connection: set.connection, type: SCIMResourceType.group.segment)
      guard let group = place(id: id, in: groups) else { return [] }
      var members: Set<Int> = []
      membership.members(of: group).forEach { entry in
        if let place = entry.target, self.set(at: place) == set { members.insert(place) }
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
