import Transport

/// Goes through the rows a list may show and offers those that match; every so many rows others
/// get their turn.
struct RowSearch: Sendable {
  /// Rows looked at between two turns of others.
  static let stretch = 256

  private let store: Store
  private let list: ResourceList
  /// By type: the numbers of the rows that can match at all, where an index knows.
  private let candidates: [[Int]?]
  /// Scratch space.
  private var places: [Range<Int>] = []

  init(store: Store, list: ResourceList, candidates: [[Int]?]) {
    self.store = store
    self.list = list
    self.candidates = candidates
  }

  /// Whether there is nothing to go through: an index tells one row or none.
  var isLookUp: Bool { candidates.allSatisfy { $0?.count ?? .max <= 1 } }

  typealias Window = SCIMListWindow<ListedRow>

  /// - Parameters:
  ///   - spot: where to begin; what is in front is neither offered nor counted.
  ///   - counting: whether to go on, once the page is full, for the sake of the total.
  mutating func fill(_ window: inout Window, behind spot: SCIMSpot?, counting: Bool) async {
    for type in list.plans.indices where type >= spot?.type ?? 0 {
      let first = type == spot?.type ? spot.map { $0.row + 1 } ?? 0 : 0
      if let candidates = candidates[type] {
        await look(at: candidates.filter { $0 >= first }.sorted(), type, &window)
      } else {
        await scan(type, from: first, &window, counting: counting)
      }
      if window.isFull && !counting { break }
    }
  }

  private mutating func scan(
    _ type: Int, from first: Int, _ window: inout Window, counting: Bool
  ) async {
    var place: Int? = first
    while let from = place, counting || !window.isFull {
      let stretch = store.read { $0.listed(of: list.sets[type], from: from, count: Self.stretch) }
      await offer(stretch, type, &window)
      place = stretch.next
      if place != nil { await Task.yield() }
    }
  }

  private mutating func look(at places: [Int], _ type: Int, _ window: inout Window) async {
    for start in stride(from: 0, to: places.count, by: Self.stretch) {
      if start > 0 { await Task.yield() }
      let some = places[start..<min(start + Self.stretch, places.count)]
      await offer(store.read { $0.listed(at: some) }, type, &window)
    }
  }

  private mutating func offer(
    _ stretch: RowStretch, _ type: Int, _ window: inout Window
  ) async {
    let plan = list.plans[type]
    for row in stretch.rows {
      let resource = await list.seen(row, type, in: store)
      guard plan.matcher?.matches(resource, &places) ?? true else { continue }
      let key = plan.sort?.key(of: resource, &places) ?? (list.isSorted ? .missing : nil)
      window.offer(row, at: SCIMSpot(key: key, type: type, row: row.place))
    }
  }
}
