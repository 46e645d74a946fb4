import Transport

/// Answers SCIM reads from the store; an answer waits until what it shows is durable.
///
/// A look-up by an indexed attribute costs the same whatever the number of users. Anything else
/// scans in stretches outside the store's actor, so that writes go on in between.
package struct ResourceReader: Sendable {
  /// Rows taken from the store at once while scanning.
  private static let stretch = 256

  private let store: Store
  private let catalog: SCIMCatalog

  package init(store: Store, catalog: SCIMCatalog) {
    self.store = store
    self.catalog = catalog
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
      return try await one(ResourceKey(connection: connection, id: id), view)
    case .list(let endpoint):
      let type = try type(endpoint)
      let list = try SCIMListQuery(parameters: query.pairs, type: type)
      let view = SCIMView(projection: list.projection, type: type, baseURL: call.baseURL)
      return await self.list(connection, list, view)
    case .write:
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
    return SCIMAnswer(status: 200, body: view.body(of: stored, id: key.id))
  }

  private func list(
    _ connection: String, _ query: SCIMListQuery, _ view: SCIMView
  ) async -> SCIMAnswer {
    if query.filter == nil || query.indexedEquality != nil {
      return await answer(connection, query, view)
    }
    return await withTaskExecutorPreference(globalConcurrentExecutor) {
      await answer(connection, query, view)
    }
  }

  private func answer(
    _ connection: String, _ query: SCIMListQuery, _ view: SCIMView
  ) async -> SCIMAnswer {
    let page = await find(connection, query)
    var resources: [[UInt8]] = []
    for row in page.rows {
      if let stored = row.resource { resources.append(view.body(of: stored, id: row.key.id)) }
    }
    await store.committed.durable(through: page.gate)
    return SCIMAnswer(
      status: 200,
      body: SCIMListResponse.body(
        total: page.total, startIndex: query.startIndex, resources: resources))
  }

  private func find(
    _ connection: String, _ query: SCIMListQuery
  ) async -> RowPage {
    let offset = query.startIndex - 1
    guard let matcher = query.matcher else {
      return store.read { $0.page(of: connection, offset: offset, limit: query.count) }
    }
    var window = Window(offset: offset, limit: query.count)
    if let equality = query.indexedEquality {
      let found = store.read { $0.candidates(of: connection, for: equality) }
      for row in found.rows where matcher.matches(row) { window.take(row) }
      return window.page(gate: found.gate)
    }
    var place: Int? = 0
    var gate: UInt64 = 0
    while let from = place {
      let stretch = store.read { $0.stretch(of: connection, from: from, count: Self.stretch) }
      for row in stretch.rows where matcher.matches(row) { window.take(row) }
      (place, gate) = (stretch.next, stretch.gate)
    }
    return window.page(gate: gate)
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

/// Counts all matches and keeps those of one page.
private struct Window {
  let offset: Int
  let limit: Int
  private var total = 0
  private var rows: [ResourceRow] = []

  init(offset: Int, limit: Int) {
    self.offset = offset
    self.limit = limit
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
  fileprivate var indexedEquality: IndexedEquality? {
    for equality in equalities {
      switch equality.path {
      case "id": return .id(equality.value)
      case "userName": return .userName(SCIMText.fold(equality.value))
      case "externalId": return .externalId(equality.value)
      case "emails.value": return .email(SCIMText.fold(equality.value))
      default: continue
      }
    }
    return nil
  }
}
