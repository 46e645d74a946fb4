import Transport

/// Answers SCIM reads from the store; an answer waits until what it shows is durable.
///
/// A look-up by an indexed attribute costs the same whatever the number of users and is answered at
/// once. Any other list passes the scan gate, and others get a turn after each stretch of rows.
package struct ResourceReader: Sendable {
  /// Rows parsed between two turns of others.
  static let stretch = 64
  /// Row numbers looked at under the store's lock at once.
  private static let placeStretch = 1024
  /// A page ends before its resources exceed this, as RFC 7644 §3.4.2.4 allows.
  static let pageBytes = 1 << 20

  let store: Store
  private let catalog: SCIMCatalog
  private let scans: ScanGate

  package init(store: Store, catalog: SCIMCatalog, scans: ScanGate = ScanGate()) {
    self.store = store
    self.catalog = catalog
    self.scans = scans
  }

  /// - Throws: what the caller did wrong; a miss is 404.
  func read(_ call: SCIMCall, of connection: String) async throws(SCIMError) -> SCIMAnswer {
    let query = HTTPQuery(call.query[...])
    switch call.operation {
    case .discovery(let discovery):
      return try discover(discovery, query, baseURL: call.baseURL)
    case .one(let endpoint, let id):
      let type = try type(endpoint)
      let view = try SCIMView(query: query, type: type, baseURL: call.baseURL)
      return try await one(ResourceKey(connection: connection, type: type.segment, id: id), view)
    case .list(let endpoint):
      let type = try type(endpoint)
      let list = try SCIMListQuery(parameters: query.pairs, type: type)
      let view = SCIMView(projection: list.projection, type: type, baseURL: call.baseURL)
      let set = ResourceSet(connection: connection, type: type.segment)
      return try await self.list(set, list, view)
    case .write, .bulk:
      throw .unknownRoute
    }
  }

  private func type(_ endpoint: String) throws(SCIMError) -> SCIMResourceType {
    guard let type = catalog.resourceType(endpoint: "/" + endpoint) else { throw .unknownRoute }
    return type
  }
}

extension ResourceReader {
  private func one(_ key: ResourceKey, _ view: SCIMView) async throws(SCIMError) -> SCIMAnswer {
    let (found, applied) = store.read { ($0.row(key), $0.appliedSeq) }
    guard let row = found, let stored = row.resource else {
      await store.committed.durable(through: applied)
      throw .notFound(view.type.name, id: key.id)
    }
    await store.committed.durable(through: row.lastSeq)
    let computed = store.computed(of: key, for: view)
    return SCIMAnswer(
      status: 200, body: view.body(of: stored, id: key.id, computed: computed),
      entityTag: SCIMMeta.entityTag(of: row.version))
  }

  private func list(
    _ set: ResourceSet, _ query: SCIMListQuery, _ view: SCIMView
  ) async throws(SCIMError) -> SCIMAnswer {
    let candidates = query.indexedEquality(of: view.type).map { equality in
      store.read { $0.candidates(of: set, for: equality) }
    }
    let list: List
    if let candidates, candidates.count <= 1 {
      list = await render(await match(candidates, query), view)
    } else {
      let scanned = await scans.run {
        await render(await find(set, query, candidates: candidates), view)
      }
      guard let scanned else { throw .tooManySearches(retryAfter: Intake.loadWait) }
      list = scanned
    }
    await store.committed.durable(through: list.gate)
    return SCIMAnswer(
      status: 200,
      body: SCIMListResponse.body(
        total: list.total, startIndex: query.startIndex, resources: list.resources))
  }

  /// As many of the page's rows as fit, one at least.
  private func render(_ page: RowPage, _ view: SCIMView) async -> List {
    var list = List(resources: [], total: page.total, gate: page.gate)
    var size = 0
    for (number, row) in page.rows.enumerated() {
      guard let stored = row.resource else { continue }
      let resource = view.body(
        of: stored, id: row.key.id, computed: store.computed(of: row.key, for: view))
      size += resource.count
      if size > Self.pageBytes, !list.resources.isEmpty { break }
      list.resources.append(resource)
      if (number + 1).isMultiple(of: Self.stretch) { await Task.yield() }
    }
    return list
  }

  private func find(
    _ set: ResourceSet, _ query: SCIMListQuery, candidates: [Int]?
  ) async -> RowPage {
    guard let matcher = query.matcher else {
      let places = await places(of: set, query)
      return store.read { state in
        let (rows, gate) = state.liveRows(at: places)
        return RowPage(rows: rows, total: state.liveCount(of: set), gate: gate)
      }
    }
    if let candidates { return await match(candidates, query) }
    var window = Window(query)
    var place: Int? = 0
    var gate: UInt64 = 0
    while let from = place {
      let stretch = store.read { $0.stretch(of: set, from: from, count: Self.stretch) }
      for row in stretch.rows where matcher.matches(row) { window.take(row) }
      (place, gate) = (stretch.next, stretch.gate)
      await Task.yield()
    }
    return window.page(gate: gate)
  }

  /// The rows of these numbers that pass the filter, in creation order.
  private func match(_ candidates: [Int], _ query: SCIMListQuery) async -> RowPage {
    let places = candidates.sorted()
    var window = Window(query)
    var gate = store.read { $0.appliedSeq }
    for start in stride(from: 0, to: places.count, by: Self.stretch) {
      if start > 0 { await Task.yield() }
      let stretch = places[start..<min(start + Self.stretch, places.count)]
      let rows: [ResourceRow]
      (rows, gate) = store.read { $0.liveRows(at: stretch) }
      for row in rows where query.matcher?.matches(row) ?? true { window.take(row) }
    }
    return window.page(gate: gate)
  }

  /// Row numbers of the page; deleted rows before it are passed over stretch by stretch.
  private func places(of set: ResourceSet, _ query: SCIMListQuery) async -> [Int] {
    let offset = query.startIndex - 1
    let direct = store.read {
      $0.directPlaces(of: set, offset: offset, limit: query.count)
    }
    if let direct { return direct }
    var (places, toSkip) = ([Int](), offset)
    var place: Int? = 0
    while let from = place, places.count < query.count {
      let stretch = store.read {
        $0.livePlaces(of: set, from: from, count: Self.placeStretch)
      }
      let skipped = min(toSkip, stretch.places.count)
      toSkip -= skipped
      places += stretch.places.dropFirst(skipped).prefix(query.count - places.count)
      place = stretch.next
      await Task.yield()
    }
    return places
  }

  private func discover(
    _ discovery: SCIMOperation.Discovery, _ query: HTTPQuery, baseURL: String
  ) throws(SCIMError) -> SCIMAnswer {
    let documents = SCIMDiscovery(catalog: catalog, baseURL: baseURL)
    switch discovery {
    case .serviceProviderConfig:
      return SCIMAnswer(status: 200, body: documents.serviceProviderConfig())
    case .schemas(let urn):
      if query["filter"] != nil { throw .filterOnDiscovery }
      guard let urn else { return SCIMAnswer(status: 200, body: documents.schemas()) }
      guard let body = documents.schema(urn) else { throw .notFound("Schema", id: urn) }
      return SCIMAnswer(status: 200, body: body)
    case .resourceTypes(let name):
      if query["filter"] != nil { throw .filterOnDiscovery }
      guard let name else { return SCIMAnswer(status: 200, body: documents.resourceTypes()) }
      guard let body = documents.resourceType(name) else {
        throw .notFound("ResourceType", id: name)
      }
      return SCIMAnswer(status: 200, body: body)
    }
  }
}

/// What a list's answer is made of.
private struct List: Sendable {
  var resources: [[UInt8]]
  var total: Int
  var gate: UInt64
}

/// Counts all matches and keeps those of one page.
private struct Window {
  let offset: Int
  let limit: Int
  private var total = 0
  private var rows: [ResourceRow] = []

  init(_ query: SCIMListQuery) {
    offset = query.startIndex - 1
    limit = query.count
  }

  mutating func take(_ row: ResourceRow) {
    if total >= offset, rows.count < limit { rows.append(row) }
    total += 1
  }

  func page(gate: UInt64) -> RowPage { RowPage(rows: rows, total: total, gate: gate) }
}

extension SCIMMatcher {
  fileprivate func matches(_ row: ResourceRow) -> Bool {
    guard let stored = row.resource, let parsed = try? JSONValue(parsing: stored),
      case .object(let resource) = parsed
    else { return false }
    return matches(resource)
  }
}

extension SCIMListQuery {
  /// The first top-level equality there is an index for.
  fileprivate func indexedEquality(of type: SCIMResourceType) -> IndexedEquality? {
    for equality in equalities {
      if equality.path == "id" { return .id(equality.value) }
      guard let number = type.indexNumber(of: equality.path) else { continue }
      return .key(index: number, value: type.indexes[number].key(equality.value))
    }
    return nil
  }
}
