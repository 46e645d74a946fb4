import Transport

/// Reading a consumer's employees: in the order of their commit, by manager, by group.
///
/// Only ends are added to that order, so that a reader who goes on after the last employee he saw
/// neither skips nor repeats anybody. Ids would not do: they are drawn before the commit, by
/// lanes that overtake each other.
extension StoreState {
  /// Up to `count` rows of a consumer that were committed after employee `id`, in that order; an
  /// unknown id begins at the start.
  package func employees(
    of consumer: String, after id: String?, count: Int
  ) -> (rows: [ResourceRow], gate: UInt64) {
    (employeePlaces(of: consumer, after: id, count: count).map { row(at: $0) }, appliedSeq)
  }

  /// Their ids alone, and whoever was erased among them: who counts along the order finds
  /// everybody where they were.
  package func employeeIds(of consumer: String, after id: String?, count: Int) -> [String] {
    let order = employees[consumer] ?? []
    let first = firstPlace(after: id)
    let start = order.partitioningIndex { $0 >= first }
    return order[start...].prefix(count).map { recordId(at: Int($0)) }
  }

  private func employeePlaces(of consumer: String, after id: String?, count: Int) -> [Int] {
    let order = employees[consumer] ?? []
    let first = firstPlace(after: id)
    let start = order.partitioningIndex { $0 >= first }
    var places: [Int] = []
    for place in order[start...] where !rows[Int(place)].isErased {
      if places.count == count { break }
      places.append(Int(place))
    }
    return places
  }

  /// Where a list goes on that ended with this record.
  package func firstPlace(after id: String?) -> Int {
    id.flatMap { place(record: $0) }.map { $0 + 1 } ?? 0
  }

  /// A stretch of the order, to be read outside the lock; who is not in the scope is left out.
  package func listedEmployees(
    in scope: EmployeeScope, from first: Int, count: Int
  ) -> EmployeeStretch {
    let order = employees[scope.consumer] ?? []
    let start = order.partitioningIndex { $0 >= first }
    let end = min(start + count, order.count)
    let only = set(of: scope)
    return EmployeeStretch(
      employees: order[start..<end].compactMap { listed(Int($0), in: scope, only: only) },
      next: end < order.count ? Int(order[end]) : nil, gate: appliedSeq)
  }

  /// The same of rows that an index names, which may be any.
  package func listedEmployees(
    in scope: EmployeeScope, at places: some Collection<Int>
  ) -> EmployeeStretch {
    let only = set(of: scope)
    let found = places.compactMap { place in
      isEmployee(place, of: scope.consumer) ? listed(place, in: scope, only: only) : nil
    }
    return EmployeeStretch(employees: found, next: nil, gate: appliedSeq)
  }

  /// One employee of a consumer, deleted ones included.
  package func listedEmployee(_ id: String, of consumer: String) -> ListedEmployee? {
    guard let place = place(record: id), isEmployee(place, of: consumer) else { return nil }
    return listed(place, in: EmployeeScope(consumer: consumer), only: nil)
  }

  private func isEmployee(_ place: Int, of consumer: String) -> Bool {
    isUser(place) && consumers[set(at: place).connection] == consumer
  }

  /// The number of the only set there is to look at; nil when that is any.
  private func set(of scope: EmployeeScope) -> Int? {
    scope.connection.map { connection in
      setNumbers[
        ResourceSet(connection: connection, type: SCIMResourceType.user.segment)] ?? -1
    }
  }

  private func listed(_ place: Int, in scope: EmployeeScope, only set: Int?) -> ListedEmployee? {
    let row = rows[place]
    if row.isErased || (row.isDeleted && !scope.includesDeleted) { return nil }
    if let set, Int(row.set) != set { return nil }
    return ListedEmployee(
      place: place, manager: reporting.manager(of: place), lastSeq: row.lastSeq,
      record: recordBytes(at: place))
  }

  /// What these employees show that stands elsewhere.
  ///
  /// - Parameter managers: whose records are wanted.
  package func joins(of employees: [ListedEmployee], managers: [Int]) -> EmployeeJoins {
    var shown: UInt64 = 0
    for place in managers { shown = max(shown, rows[place].lastSeq) }
    let groups = employees.map { employee in
      let places = membership.groups(of: employee.place).prefix(Employee.groupLimit + 1)
      for place in places { shown = max(shown, rows[place].lastSeq) }
      return places.compactMap { groupNames[$0] }
    }
    return EmployeeJoins(
      groups: groups, managers: managers.map { recordBytes(at: $0) }, shown: shown,
      gate: appliedSeq)
  }

  /// All groups an employee belongs to.
  package func allGroups(of employee: ListedEmployee) -> [GroupSummary] {
    membership.groups(of: employee.place).compactMap { groupNames[$0] }
  }

  /// The id of the employee or group that stands there.
  package func recordId(of place: Int) -> String { recordId(at: place) }

  /// The record of an employee or group, to be read outside the lock.
  package func recordBytes(of place: Int) -> RowBytes { recordBytes(at: place) }

  /// Employees that are not deleted.
  package var employeeCount: Int { liveCount(of: .user) }

  /// Groups that are not deleted.
  package var groupCount: Int { liveCount(of: .group) }

  private func liveCount(of type: SCIMResourceType) -> Int {
    sets.reduce(0) { $0 + ($1.set.type == type.segment ? $1.liveCount : 0) }
  }
}

// MARK: - By index

extension StoreState {
  /// Who reports to an employee, in the order of their commit.
  package func reports(of place: Int) -> [Int] { reporting.reports(of: place) }

  /// The same by the manager's id; nobody when that is no employee of the consumer.
  package func reports(to id: String, of consumer: String) -> [Int] {
    guard let place = place(record: id), isEmployee(place, of: consumer) else { return [] }
    return reporting.reports(of: place)
  }

  /// Whether a list of the consumer's employees, or of groups, can go on behind this record; who was
  /// deleted or erased since still has its place.
  package func isPlace(of id: String, in consumer: String, allowing kinds: Set<RecordKind>) -> Bool
  {
    guard let place = place(record: id), consumers[set(at: place).connection] == consumer
    else { return false }
    return kinds.contains(isUser(place) ? .employee : .group)
  }
}

/// What lists are made of.
package enum RecordKind: Sendable {
  case employee
  case group
}
