import Transport

extension StoreState {
  /// One employee of a consumer, deleted ones included, and the line its answer waits for.
  package func employee(_ id: String, of consumer: String) -> ResourceRow? {
    guard let row = row(employee: id), consumers[row.key.connection] == consumer
    else { return nil }
    return row
  }

  /// Up to `count` rows of a consumer with employee ids after `id`, in the order of their ids.
  ///
  /// The order never changes, so that a reader who goes on after the last id he saw neither skips
  /// nor repeats anybody.
  package func employees(
    of consumer: String, after id: String?, count: Int
  ) -> (rows: [ResourceRow], gate: UInt64) {
    let order = employees[consumer] ?? []
    var low = 0
    var high = id == nil ? 0 : order.count
    while low < high {
      let middle = (low + high) / 2
      if rows[order[middle]].employeeId > (id ?? "") {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return (order[low...].prefix(count).map { rows[$0] }, appliedSeq)
  }

  /// Employees that are not deleted.
  package var employeeCount: Int { indexes.values.reduce(0) { $0 + $1.liveCount } }
}
