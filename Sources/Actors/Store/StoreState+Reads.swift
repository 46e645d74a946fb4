import Transport

/// Some rows of a connection, and the line an answer that shows them has to wait for.
package struct RowPage: Sendable {
  package var rows: [ResourceRow]
  /// How many rows there are in all, by the same condition.
  package var total: Int
  package var gate: UInt64
}

extension StoreState {
  /// Live rows in creation order.
  ///
  /// - Parameter offset: how many live rows to skip.
  package func page(of connection: String, offset: Int, limit: Int) -> RowPage {
    guard let index = indexes[connection] else {
      return RowPage(rows: [], total: 0, gate: appliedSeq)
    }
    var rows: [ResourceRow] = []
    var skipped = 0
    if index.liveCount == index.order.count {
      rows = index.order.dropFirst(offset).prefix(limit).map { self.rows[$0] }
    } else {
      for place in index.order where !self.rows[place].isDeleted {
        if skipped < offset {
          skipped += 1
        } else if rows.count < limit {
          rows.append(self.rows[place])
        } else {
          break
        }
      }
    }
    return RowPage(rows: rows, total: index.liveCount, gate: appliedSeq)
  }

  /// A stretch of the creation order, deleted rows left out, for scans that let others in between.
  ///
  /// - Parameter first: a row number; rows keep theirs for ever, so a scan skips and repeats none.
  /// - Returns: the rows and where the next stretch begins, nil at the end.
  package func stretch(
    of connection: String, from first: Int, count: Int
  ) -> (rows: [ResourceRow], next: Int?, gate: UInt64) {
    guard let order = indexes[connection]?.order else { return ([], nil, appliedSeq) }
    let start = order.partitioningIndex { $0 >= first }
    let end = min(start + count, order.count)
    let rows = order[start..<end].map { self.rows[$0] }.filter { !$0.isDeleted }
    return (rows, end < order.count ? order[end] : nil, appliedSeq)
  }

  /// The live rows that one indexed equality can match, in creation order; nil when there is no
  /// index for it. Every row still has to pass the whole filter.
  package func candidates(of connection: String, for equality: IndexedEquality) -> RowPage {
    guard let index = indexes[connection] else {
      return RowPage(rows: [], total: 0, gate: appliedSeq)
    }
    let places: [Int] =
      switch equality {
      case .id(let id): index.row(id: id).map { [$0] } ?? []
      case .userName(let name): index.row(userName: name).map { [$0] } ?? []
      case .externalId(let id): index.rows(externalId: id)
      case .email(let address): index.rows(email: address)
      }
    let rows = places.sorted().map { self.rows[$0] }.filter { !$0.isDeleted }
    return RowPage(rows: rows, total: rows.count, gate: appliedSeq)
  }
}

/// A term of a filter that names one value of an indexed attribute.
package enum IndexedEquality: Sendable, Equatable {
  case id(String)
  /// Folded.
  case userName(String)
  case externalId(String)
  /// Folded.
  case email(String)
}

extension [Int] {
  /// The first index whose element satisfies a condition that all later ones satisfy too.
  fileprivate func partitioningIndex(where holds: (Int) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
