import Actors
import Transport

/// The tree of a consumer's employees by their managers, level by level: nobody stands in it twice,
/// so that a circle of managers ends where it would close.
struct OrgChart: Sendable {
  /// Employees in one answer at most.
  static let bound = 5000
  /// Rows looked at between two turns of others.
  static let stretch = 256

  struct Node: Sendable {
    let listed: ListedEmployee
    var reportCount = 0
    /// Their numbers among the nodes.
    var reports: [Int] = []
  }

  let store: Store
  let query: OrgChartQuery
  let scope: EmployeeScope
  var nodes: [Node] = []
  var seen: Set<Int> = []
  var isTruncated = false
  var gate: UInt64 = 0

  /// - Returns: the chart, nil when there is no such root; nil as a whole when too many reports
  ///   wait already.
  static func read(_ query: OrgChartQuery, _ search: EmployeeSearch) async -> [UInt8]?? {
    let store = search.store
    let found = await search.reports.run { () -> ([UInt8], UInt64)? in
      var chart = OrgChart(query, store)
      guard await chart.begin() else { return nil }
      await chart.grow(from: 0)
      if query.root == nil, !chart.isTruncated {
        let first = chart.nodes.count
        await chart.beginCircles()
        await chart.grow(from: first)
      }
      return (await chart.bytes(), chart.gate)
    }
    guard let found else { return nil }
    guard let (bytes, gate) = found else { return .some(nil) }
    await store.committed.durable(through: gate)
    return bytes
  }

  private init(_ query: OrgChartQuery, _ store: Store) {
    self.store = store
    self.query = query
    scope = EmployeeScope(
      consumer: query.consumerId, connection: query.connectionId, includesDeleted: false)
  }

  /// Puts those in who stand on top.
  private mutating func begin() async -> Bool {
    if let id = query.root {
      guard let root = store.read({ $0.listedEmployee(id, of: query.consumerId) }) else {
        return false
      }
      add(root)
      return true
    }
    var next: Int? = 0
    while let first = next, !isTruncated {
      let stretch = employees(from: first)
      for employee in stretch.employees where employee.manager == nil { add(employee) }
      next = stretch.next
      await Task.yield()
    }
    return true
  }

  mutating func employees(from first: Int) -> EmployeeStretch {
    let scope = scope
    let stretch = store.read {
      $0.listedEmployees(in: scope, from: first, count: Self.stretch)
    }
    gate = max(gate, stretch.gate)
    return stretch
  }

  @discardableResult
  mutating func add(_ employee: ListedEmployee) -> Int? {
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
  ///
  /// - Parameter first: the first node that was put on top.
  private mutating func grow(from first: Int) async {
    var level = first..<nodes.count
    for step in 0...query.depth {
      for index in level {
        await addReports(of: index, isLast: step == query.depth)
        if index.isMultiple(of: Self.stretch) { await Task.yield() }
      }
      level = level.upperBound..<nodes.count
      if level.isEmpty { return }
    }
  }

  private mutating func addReports(of index: Int, isLast: Bool) async {
    let (scope, place) = (scope, nodes[index].listed.place)
    var left = store.read { $0.reports(of: place) }[...]
    while !left.isEmpty {
      let some = left.prefix(Self.stretch)
      left = left.dropFirst(Self.stretch)
      let stretch = store.read { $0.listedEmployees(in: scope, at: some) }
      gate = max(gate, stretch.gate)
      nodes[index].reportCount += stretch.employees.count
      if isLast {
        if stretch.employees.contains(where: { !seen.contains($0.place) }) { isTruncated = true }
      } else {
        let added = stretch.employees.compactMap { add($0) }
        nodes[index].reports += added
      }
      if !left.isEmpty { await Task.yield() }
    }
  }

  // MARK: - Writing it

  private func bytes() async -> [UInt8] {
    var heads: [[UInt8]] = []
    heads.reserveCapacity(nodes.count)
    for node in nodes {
      heads.append(Self.head(RenderedEmployee(await store.bytes(node.listed.record)), node))
      if heads.count.isMultiple(of: Self.stretch) { await Task.yield() }
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
