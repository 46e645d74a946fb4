import Actors
import Transport

/// Puts into employees what others decide: their manager as he is now, their groups, and what was
/// asked for beside. Managers that several share are read once.
struct EmployeeJoiner: Sendable {
  /// Who reports to one employee is shown up to here.
  static let reportLimit = 1000

  let store: Store
  let including: Set<EmployeeInclusion>
  /// In front of a connection's last part in its Base URL.
  let scimBase: String
  /// What is durable by then shows all of it.
  private(set) var gate: UInt64 = 0
  /// The same of managers and groups alone; what `including` asks for needs `gate`.
  private(set) var shown: UInt64 = 0
  /// The values of `manager` by the managers' numbers.
  private var managers: [Int: [UInt8]] = [:]

  init(store: Store, including: Set<EmployeeInclusion> = [], scimBase: String = "") {
    self.store = store
    self.including = including
    self.scimBase = scimBase
  }

  struct Found: Sendable {
    let listed: ListedEmployee
    var employee: RenderedEmployee
  }

  mutating func join(_ found: inout [Found]) async {
    let unknown = Set(found.compactMap(\.listed.manager)).filter { managers[$0] == nil }.sorted()
    let (listed, store) = (found.map(\.listed), store)
    let joins = store.read { $0.joins(of: listed, managers: unknown) }
    gate = max(gate, joins.gate)
    shown = max(shown, joins.shown)
    for (place, record) in zip(unknown, joins.managers) {
      managers[place] = RenderedEmployee(await store.bytes(record)).asManager
    }
    for index in found.indices {
      let groups = joins.groups[index]
      let (manager, limit) = (found[index].listed.manager, Employee.groupLimit)
      found[index].employee.join(
        manager: manager.flatMap { managers[$0] },
        groups: GroupSummary.bytes(of: groups.prefix(limit)),
        isTruncated: groups.count > limit)
      if !including.isEmpty { await include(&found[index]) }
    }
  }

  private func include(_ found: inout Found) async {
    let listed = found.listed
    if including.contains(.groups) {
      let groups = store.read { $0.allGroups(of: listed) }
      found.employee.join(
        manager: nil, groups: GroupSummary.bytes(of: groups), isTruncated: false)
    }
    if including.contains(.directReports) {
      let reports = await reports(to: listed)
      found.employee.append("directReports", JSONValue.array(reports.shown).bytes)
      found.employee.append(
        "directReportsTruncated", JSONValue(reports.hasMore).bytes)
    }
    if including.contains(.raw) {
      let raw = await store.source(of: listed, below: scimBase)
      found.employee.append("raw", raw ?? JSONValue.null.bytes)
    }
  }

  private func reports(to listed: ListedEmployee) async -> (shown: [JSONValue], hasMore: Bool) {
    let (records, hasMore) = store.read { state in
      let places = state.reports(of: listed.place)
      return (
        places.prefix(Self.reportLimit).map { state.recordBytes(of: $0) },
        places.count > Self.reportLimit
      )
    }
    var shown: [JSONValue] = []
    for record in records {
      let report = RenderedEmployee(await store.bytes(record))
      let places = report.places(of: [.id, .displayName, .email])
      shown.append([
        "id": report.value(places[0]), "name": report.value(places[1]),
        "email": report.value(places[2]),
      ])
    }
    return (shown, hasMore)
  }
}
