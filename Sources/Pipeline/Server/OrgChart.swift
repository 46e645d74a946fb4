import Actors
import Transport

/// The tree of a consumer's employees by their managers, level by level: nobody stands in it twice,
/// so that a circle of managers ends where it would close.
struct OrgChart: Sendable {
  /// Employees in one answer at most.
  static let bound = 5000
  /// Rows looked at between two turns of others.
  private static let stretch = 256

  private struct Node: Sendable {
    let listed: ListedEmployee
    var reportCount = 0
    /// Their numbers among the nodes.
    var reports: [Int] = []
  }

  let store: Store
  private var nodes: [Node] = []
  private var seen: Set<Int> = []
  private var isTruncated = false
  private var gate: UInt64 = 0

  /// - Returns: the chart, nil when there is no such root; nil as a whole when too many searches
  ///   wait already.
  static func read(_ query: OrgChartQuery, _ search: EmployeeSearch) async -> [UInt8]?? {
    let store = search.store
    let found = await search.scans.run { () -> ([UInt8], UInt64)? in
      var chart = OrgChart(store: store)
      guard await chart.begin(query) else { return nil }
      await chart.grow(to: query.depth, query)
      return (await chart.bytes(), chart.gate)
    }
    guard let found else { return nil }
    guard let (bytes, gate) = found else { return .some(nil) }
    await store.committed.durable(through: gate)
    return bytes
  }

  private init(store: Store) { self.store = store }

  /// Puts those in who stand on top.
  private mutating func begin(_ query: OrgChartQuery) async -> Bool {
    if let id = query.root {
      guard let root = store.read({ $0.listedEmployee(id, of: query.consumerId) }) else {
        return false
      }
      _ = add(root)
      return true
    }
    var next: Int? = 0
    while let first = next, !isTruncated {
      let stretch = store.read {
        $0.listedEmployees(in: Self.scope(query), from: first, count: Self.stretch)
      }
      for employee in stretch.employees where employee.manager == nil { _ = add(employee) }
      gate = max(gate, stretch.gate)
      next = stretch.next
      await Task.yield()
    }
    return true
  }

  private static func scope(_ query: OrgChartQuery) -> EmployeeScope {
    EmployeeScope(
      consumer: query.consumerId, connection: query.connectionId, includesDeleted: false)
  }

  private mutating func add(_ employee: ListedEmployee) -> Int? {
    if seen.contains(employee.place) { return nil }
    guard nodes.count < Self.bound else {
      isTruncated = true
      return nil
    }
    seen.insert(employee.place)
    nodes.append(Node(listed: employee))
    gate = max(gate, employee.lastSeq)
    return nodes.count - 1
  }

  /// Adds level below level. On the last one everybody's reports are only counted.
  private mutating func grow(to depth: Int, _ query: OrgChartQuery) async {
    var level = nodes.indices
    for step in 0...depth {
      for index in level {
        let place = nodes[index].listed.place
        let stretch = store.read {
          $0.listedEmployees(in: Self.scope(query), at: $0.reports(of: place))
        }
        gate = max(gate, stretch.gate)
        nodes[index].reportCount = stretch.employees.count
        if step < depth { nodes[index].reports = stretch.employees.compactMap { add($0) } }
        if step == depth, stretch.employees.contains(where: { !seen.contains($0.place) }) {
          isTruncated = true
        }
        if index % Self.stretch == 0 { await Task.yield() }
      }
      level = level.upperBound..<nodes.count
      if level.isEmpty { return }
    }
  }

  // MARK: - Writing it

  private func bytes() async -> [UInt8] {
    var heads: [[UInt8]] = []
    heads.reserveCapacity(nodes.count)
    for node in nodes {
      heads.append(Self.head(RenderedEmployee(await store.bytes(node.listed.record)), node))
    }
    let below = Set(nodes.flatMap(\.reports))
    var out = Array("{\"employees\":\(nodes.count),\"truncated\":\(isTruncated),\"roots\":".utf8)
    write(nodes.indices.filter { !below.contains($0) }, heads, to: &out)
    out.append(UInt8(ascii: "}"))
    return out
  }

  /// As deep as the tree is, which `OrgChartQuery.deepest` bounds.
  private func write(_ some: [Int], _ heads: [[UInt8]], to out: inout [UInt8]) {
    out.append(UInt8(ascii: "["))
    for (offset, index) in some.enumerated() {
      if offset > 0 { out.append(UInt8(ascii: ",")) }
      out.append(contentsOf: heads[index])
      write(nodes[index].reports, heads, to: &out)
      out.append(UInt8(ascii: "}"))
    }
    out.append(UInt8(ascii: "]"))
  }

  /// A node up to its reports.
  private static func head(_ employee: RenderedEmployee, _ node: Node) -> [UInt8] {
    let places = employee.places(of: [.id, .displayName, .email, .jobTitle, .employmentStatus])
    let names = ["id", "name", "email", "jobTitle", "employmentStatus"]
    var out: [UInt8] = []
    for (name, place) in zip(names, places) {
      out.append(contentsOf: "\(out.isEmpty ? "{" : ",")\"\(name)\":".utf8)
      out.append(contentsOf: place.map { employee.bytes[$0] } ?? Array("null".utf8)[...])
    }
    out.append(contentsOf: ",\"directReports\":\(node.reportCount),\"reports\":".utf8)
    return out
  }
}
