import Transport

extension StoreState {
  /// Up to `count` rows of a consumer that were committed after employee `id`, in that order.
  ///
  /// Only ends are added to the order, so that a reader who goes on after the last employee he saw
  /// neither skips nor repeats anybody. Ids would not do: they are drawn before the commit, by
  /// lanes that overtake each other. An unknown id begins at the start.
  package func employees(
    of consumer: String, after id: String?, count: Int
  ) -> (rows: [ResourceRow], gate: UInt64) {
    (employeePlaces(of: consumer, after: id, count: count).map { row(at: $0) }, appliedSeq)
  }

  /// The same, to be read outside the lock.
  package func listedEmployees(
    of consumer: String, after id: String?, count: Int
  ) -> (employees: [ListedEmployee], gate: UInt64) {
    (employeePlaces(of: consumer, after: id, count: count).map { listedEmployee($0) }, appliedSeq)
  }

  /// One employee of a consumer, deleted ones included, to be read outside the lock.
  package func listedEmployee(_ id: String, of consumer: String) -> ListedEmployee? {
    guard let place = place(record: id), isUser(place), !rows[place].isErased,
      consumers[set(at: place).connection] == consumer
    else { return nil }
    return listedEmployee(place)
  }

  private func listedEmployee(_ place: Int) -> ListedEmployee {
    ListedEmployee(
      id: recordId(at: place), key: key(at: place),
      managerId: reporting.manager(of: place).map { recordId(at: $0) },
      lastSeq: rows[place].lastSeq, record: recordBytes(at: place))
  }

  /// The record of an employee or group, to be read outside the lock.
  package func recordBytes(of id: String) -> RowBytes? {
    place(record: id).map { recordBytes(at: $0) }
  }

  private func employeePlaces(of consumer: String, after id: String?, count: Int) -> [Int] {
    let order = employees[consumer] ?? []
    let last = id.flatMap { place(record: $0) } ?? -1
    let start = order.partitioningIndex { $0 > last }
    var places: [Int] = []
    for place in order[start...] where !rows[Int(place)].isErased {
      if places.count == count { break }
      places.append(Int(place))
    }
    return places
  }

  /// The same by their ids, and whoever was erased among them: who counts along the order finds
  /// everybody where they were.
  package func employeeIds(of consumer: String, after id: String?, count: Int) -> [String] {
    let order = employees[consumer] ?? []
    let last = id.flatMap { place(record: $0) } ?? -1
    let start = order.partitioningIndex { $0 > last }
    return order[start...].prefix(count).map { recordId(at: Int($0)) }
  }

  /// Employees that are not deleted.
  package var employeeCount: Int { liveCount(of: .user) }

  /// Groups that are not deleted.
  package var groupCount: Int { liveCount(of: .group) }

  private func liveCount(of type: SCIMResourceType) -> Int {
    sets.reduce(0) { $0 + ($1.set.type == type.segment ? $1.liveCount : 0) }
  }
}

/// An employee as searches see it, its record still to be read.
package struct ListedEmployee: Sendable {
  package let id: String
  package let key: ResourceKey
  /// The employee id of its manager, once known.
  package let managerId: String?
  /// The newest outcome it shows anything of.
  package let lastSeq: UInt64
  package let record: RowBytes
}
