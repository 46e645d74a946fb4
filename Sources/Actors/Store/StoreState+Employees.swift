import Transport

extension StoreState {
  /// One employee of a consumer, deleted ones included, and the line its answer waits for.
  package func employee(_ id: String, of consumer: String) -> ResourceRow? {
    guard let row = row(record: id), row.key.type == SCIMResourceType.user.segment,
      consumers[row.key.connection] == consumer
    else { return nil }
    return row
  }

  /// Up to `count` rows of a consumer that were committed after employee `id`, in that order.
  ///
  /// Only ends are added to the order, so that a reader who goes on after the last employee he saw
  /// neither skips nor repeats anybody. Ids would not do: they are drawn before the commit, by
  /// lanes that overtake each other. An unknown id begins at the start.
  package func employees(
    of consumer: String, after id: String?, count: Int
  ) -> (rows: [ResourceRow], gate: UInt64) {
    let order = employees[consumer] ?? []
    let last = id.flatMap { place(record: $0) } ?? -1
    let start = order.partitioningIndex { $0 > last }
    return (order[start...].prefix(count).map { rows[$0] }, appliedSeq)
  }

  /// Employees that are not deleted.
  package var employeeCount: Int { liveCount(of: .user) }

  /// Groups that are not deleted.
  package var groupCount: Int { liveCount(of: .group) }

  private func liveCount(of type: SCIMResourceType) -> Int {
    indexes.reduce(0) { $0 + ($1.key.type == type.segment ? $1.value.liveCount : 0) }
  }
}
