/// A live resource as lists see it: what filter, order and answer need, and nothing of its employee.
struct ListedRow: Sendable {
  /// Its number in the store's table, which it keeps.
  let place: Int
  let id: String
  let resource: [UInt8]
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
    guard let order = indexes[set]?.order else {
      return RowStretch(rows: [], next: nil)
    }
    let start = order.partitioningIndex { $0 >= first }
    let end = start + min(count, order.count - start)
    return RowStretch(
      rows: order[start..<end].compactMap(listed), next: end < order.count ? order[end] : nil)
  }

  /// The rows at these numbers that are there.
  func listed(at places: some Collection<Int>) -> RowStretch {
    RowStretch(rows: places.compactMap(listed), next: nil)
  }

  private func listed(_ place: Int) -> ListedRow? {
    let row = rows[place]
    return row.resource.map { ListedRow(place: place, id: row.key.id, resource: $0) }
  }
}
