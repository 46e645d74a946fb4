import Actors
import Transport

/// Answers the API's employee queries from the store, one search at a time and in stretches, so
/// that a search through many employees holds up neither the writer nor other readers for long.
///
/// What is known in memory (who is deleted, of which connection, under which manager, in which
/// group) is asked first; only who may match is read.
struct EmployeeSearch: Sendable {
  /// Rows looked at between two turns of others.
  private static let stretch = 128
  /// A page ends before its employees exceed this.
  static let pageBytes = 1 << 20

  /// Places in the queue for searches that applications leave to identity providers, whose pushes
  /// would stand still while they are refused.
  static let left = 16

  let store: Store
  let scans: ScanGate
  /// For what reads all of a tenant's people at once: reports, which may take long and wait for one
  /// another, never searches for them.
  let reports = ScanGate(bound: 8)

  /// The employee as the API shows it, once it is durable; nil when it is not this consumer's.
  ///
  /// - Parameter base: what stands in front of a connection's last part in its Base URL.
  @concurrent func employee(
    _ id: String, of consumer: String, including: Set<EmployeeInclusion> = [], base: String = ""
  ) async -> RenderedEmployee? {
    guard let listed = store.read({ $0.listedEmployee(id, of: consumer) }) else { return nil }
    var joiner = EmployeeJoiner(store: store, including: including, scimBase: base)
    var found = [
      EmployeeJoiner.Found(
        listed: listed, employee: RenderedEmployee(await store.bytes(listed.record)))
    ]
    await joiner.join(&found)
    await store.committed.durable(
      through: including.isEmpty ? max(listed.lastSeq, joiner.shown) : joiner.gate)
    return found[0].employee
  }

  /// - Returns: nil when too many searches wait already.
  func page(_ query: EmployeeQuery, base: String = "") async -> EmployeePage? {
    let found = await scans.run(leaving: Self.left) { await search(query, base) }
    guard let (page, gate) = found else { return nil }
    await store.committed.durable(through: gate)
    return page
  }

  private func search(
    _ query: EmployeeQuery, _ base: String
  ) async -> (EmployeePage, gate: UInt64) {
    let matcher = EmployeeMatcher(query)
    var joiner = EmployeeJoiner(store: store, including: query.including, scimBase: base)
    var rows = await EmployeeRows(query, store)
    var filling = EmployeePageFilling(limit: query.limit)
    var gate: UInt64 = 0
    while true {
      let wanted = matcher.takesAll ? min(filling.room + 1, Self.stretch) : Self.stretch
      guard let stretch = rows.next(wanted, in: store) else { break }
      gate = max(gate, stretch.gate)
      let found = await matches(matcher, among: stretch.employees, atMost: filling.room + 1)
      if !(await fill(&filling, with: found, &joiner)) { break }
      await Task.yield()
    }
    let last = filling.hasMore ? filling.last : nil
    return (
      EmployeePage(
        employees: filling.employees,
        next: last.map { last in store.read { $0.recordId(of: last) } }),
      max(gate, joiner.gate)
    )
  }

  /// What was asked for beside may be much: then one after the other is read, until the page ends.
  ///
  /// - Returns: false when the page is full and there are more.
  private func fill(
    _ filling: inout EmployeePageFilling, with found: [EmployeeJoiner.Found],
    _ joiner: inout EmployeeJoiner
  ) async -> Bool {
    let step = joiner.including.isEmpty ? max(1, found.count) : 1
    var left = found[...]
    while !left.isEmpty {
      var some = Array(left.prefix(step))
      left = left.dropFirst(step)
      // The one that only tells that there are more is not shown.
      if filling.room > 0 { await joiner.join(&some) }
      if !filling.add(some) { return false }
      if step == 1 { await Task.yield() }
    }
    return true
  }

  private func matches(
    _ matcher: EmployeeMatcher, among listed: [ListedEmployee], atMost limit: Int
  ) async -> [EmployeeJoiner.Found] {
    var found: [EmployeeJoiner.Found] = []
    found.reserveCapacity(min(limit, listed.count))
    for one in listed {
      let employee = RenderedEmployee(await store.bytes(one.record))
      guard matcher.matches(employee) else { continue }
      found.append(EmployeeJoiner.Found(listed: one, employee: employee))
      if found.count == limit { break }
    }
    return found
  }
}

/// The rows a query may find, stretch by stretch.
private struct EmployeeRows {
  private let scope: EmployeeScope
  /// What an index tells; nil where all have to be looked at.
  private var candidates: ArraySlice<Int>?
  private var first: Int?

  init(_ query: EmployeeQuery, _ store: Store) async {
    scope = EmployeeScope(
      consumer: query.consumerId, connection: query.connectionId,
      includesDeleted: query.includesDeleted)
    let first = store.read { $0.firstPlace(after: query.after) }
    self.first = first
    candidates = await Self.candidates(query, in: store).map { places in
      places[...].drop { $0 < first }
    }
  }

  /// Who is deleted has neither manager nor groups any more, but his record still names the former.
  private static func candidates(_ query: EmployeeQuery, in store: Store) async -> [Int]? {
    var group: [Int]?
    if let name = query.group {
      let named = await store.groups(named: name, of: query.consumerId)
      group = store.targets(ofGroups: named)
    }
    guard let manager = query.managerId, !query.includesDeleted else { return group }
    let reports = store.read { $0.reports(to: manager, of: query.consumerId) }
    guard let group else { return reports }
    let members = Set(group)
    return reports.filter { members.contains($0) }
  }

  /// Nil at the end.
  mutating func next(_ count: Int, in store: Store) -> EmployeeStretch? {
    guard let first else { return nil }
    let scope = scope
    if let some = candidates?.prefix(count) {
      candidates?.removeFirst(some.count)
      if candidates?.isEmpty ?? true { self.first = nil }
      return store.read { $0.listedEmployees(in: scope, at: some) }
    }
    let stretch = store.read { $0.listedEmployees(in: scope, from: first, count: count) }
    self.first = stretch.next
    return stretch
  }
}

/// A page while it fills.
private struct EmployeePageFilling {
  private let limit: Int
  private var size = 0
  private(set) var employees: [[UInt8]] = []
  /// The number of the last one on the page.
  private(set) var last: Int?
  private(set) var hasMore = false

  init(limit: Int) { self.limit = limit }

  var room: Int { limit - employees.count }

  /// - Returns: false when the page is full and there are more.
  mutating func add(_ found: [EmployeeJoiner.Found]) -> Bool {
    for one in found {
      size += one.employee.bytes.count
      if room == 0 || (size > EmployeeSearch.pageBytes && !employees.isEmpty) {
        hasMore = true
        return false
      }
      employees.append(one.employee.bytes)
      last = one.listed.place
    }
    return true
  }
}
