import Transport

/// One list request: of which connection, and what each type it goes to makes of it.
struct ResourceList: Sendable {
  let query: SCIMListQuery
  /// By type, as `plans` are.
  let sets: [ResourceSet]
  let plans: [SCIMListPlan]
  private let views: [SCIMView]
  private let place: String

  /// - Parameters:
  ///   - place: what is listed, such as `Users`.
  ///   - types: of which resources may be found.
  init(
    _ query: SCIMListQuery, of connection: String, at place: String, _ types: [SCIMResourceType],
    baseURL: String
  ) throws(SCIMError) {
    self.query = query
    sets = types.map { ResourceSet(connection: connection, type: $0.segment) }
    var plans: [SCIMListPlan] = []
    for type in types { plans.append(try query.plan(for: type)) }
    self.plans = plans
    views = plans.map { plan in
      SCIMView(projection: plan.projection, type: plan.type, baseURL: baseURL)
    }
    self.place = connection + "/" + place
  }

  /// What a cursor of this list goes with.
  private var identity: [UInt8] { query.identity(at: place) }

  /// Which way it is sorted, if it is.
  var isSorted: Bool { plans.contains { $0.sort != nil } }

  var order: RowSearch.Window.Order {
    isSorted ? .sorted(descending: query.isDescending) : .offered
  }

  /// Where the page begins.
  enum Start {
    case offset(Int)
    /// Behind the last resource of the page before.
    case behind(SCIMSpot?)
  }

  /// - Throws: `invalidCursor`, `expiredCursor`.
  func start(at now: Timestamp) throws(SCIMError) -> Start {
    switch query.start {
    case .index(let index): return .offset(index - 1)
    case .cursor(""): return .behind(nil)
    case .cursor(let text):
      return .behind(try SCIMCursor(parsing: text, for: identity, at: now).after)
    }
  }

  func cursor(behind spot: SCIMSpot, at now: Timestamp) -> String {
    SCIMCursor(issued: now, after: spot).text(for: identity)
  }
}

/// What it wants from the store.
extension ResourceList {
  /// By type: the numbers of the rows that can match at all, where an index knows; the fewest it
  /// can tell.
  func candidates(in store: Store) -> [[Int]?] {
    plans.indices.map { type in
      let equalities = plans[type].indexed
      if equalities.isEmpty { return nil }
      return store.read { state in
        equalities.map { state.candidates(of: sets[type], for: $0) }
          .min { $0.count < $1.count }
      }
    }
  }

  func total(in store: Store) -> Int {
    store.read { state in
      var total = 0
      for set in sets { total += state.liveCount(of: set) }
      return total
    }
  }

  /// The bytes that filter and order look at.
  func seen(_ row: ListedRow, _ type: Int, in store: Store) async -> [UInt8] {
    let plan = plans[type]
    let resource = await store.bytes(row.resource)
    guard plan.looksBeyondStored else { return resource }
    return views[type].whole(
      resource, id: row.id,
      computed: plan.looksAtComputed
        ? store.read { $0.computed(at: row.place, members: plan.decidingMembers) } : nil)
  }

  func body(of row: ListedRow, _ type: Int, in store: Store) async -> [UInt8] {
    views[type].body(
      of: await store.bytes(row.resource), id: row.id,
      computed: views[type].showsComputed
        ? store.read { $0.related(at: row.place) }?.computed : nil)
  }
}

extension StoreState {
  /// What a filter or an order looks at of a resource's relations.
  ///
  /// - Parameter members: the only members whose presence matters; nil for all.
  fileprivate func computed(at place: Int, members: Set<String>?) -> SCIMComputed? {
    guard isGroup(place), let members else {
      return related(at: place)?.computed
    }
    let present = members.compactMap { membership.member($0, of: place) }
    if present.isEmpty { return nil }
    return SCIMComputed(
      name: "members", bytes: JSONValue.array(present.map { .object($0.json) }).bytes)
  }
}

extension SCIMListPlan {
  private var isOfGroups: Bool { type.segment == SCIMResourceType.group.segment }
  private var isOfUsers: Bool { type.segment == SCIMResourceType.user.segment }

  /// Whether filter or order look at what others decide: a group's members, a user's groups.
  fileprivate var looksAtComputed: Bool {
    isOfGroups && mentions("members") || isOfUsers && mentions("groups")
  }

  fileprivate var looksBeyondStored: Bool { looksAtComputed || mentions("location") }

  fileprivate var decidingMembers: Set<String>? {
    sort?.mention == "members" ? nil : matcher?.decidingMembers
  }

  /// The terms there is an index for.
  fileprivate var indexed: [IndexedEquality] {
    (matcher?.equalities ?? []).compactMap { equality in
      if equality.path == "id" { return .id(equality.value) }
      if isOfGroups && equality.path == "members.value" { return .member(equality.value) }
      if isOfUsers && equality.path == "groups.value" { return .group(equality.value) }
      guard let number = type.indexNumber(of: equality.path) else { return nil }
      return .key(index: number, value: type.indexes[number].key(equality.value))
    }
  }
}
