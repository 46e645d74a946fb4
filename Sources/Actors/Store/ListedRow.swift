/// A live resource as lists see it: what filter, order and answer need, and nothing of its employee.
struct ListedRow: Sendable {
  /// Its number in the store's table, which it keeps.
  let place: Int
  let id: String
  /// Still to be read.
  let resource: RowBytes
}

/// Some rows on the way through all of them.
struct RowStretch: Sendable {
  var rows: [ListedRow]
  /// Where the search for more goes on; nil at the end.
  var next: Int?
}

extension StoreState {
  /// A stretch of the order of creation, for scans that let others in between.
  ///
  /// - Parameter first: a row number; rows keep theirs for ever, so a scan skips and repeats none.
  func listed(of set: ResourceSet, from first: Int, count: Int) -> RowStretch {
    let stretch = livePlaces(of: set, from: first, count: count)
    return RowStretch(rows: stretch.places.compactMap(listed), next: stretch.next)
  }

  /// The rows at these numbers that are there.
  func listed(at places: some Collection<Int>) -> RowStretch {
    RowStretch(rows: places.compactMap(listed), next: nil)
  }

  func listed(_ place: Int) -> ListedRow? {
    resourceBytes(at: place).map { ListedRow(place: place, id: id(at: place), resource: $0) }
  }
}
