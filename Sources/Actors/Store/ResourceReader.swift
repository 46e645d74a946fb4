import Transport

/// Answers SCIM reads from the store; an answer waits until what it shows is durable.
///
/// A look-up by an indexed attribute costs the same whatever the number of users and is answered at
/// once. Any other list passes the scan gate, and others get a turn after each stretch of rows.
package struct ResourceReader: Sendable {
  /// Rows rendered between two turns of others.
  static let rendered = 64

  let store: Store
  private let catalog: SCIMCatalog
  let scans: ScanGate

  package init(store: Store, catalog: SCIMCatalog, scans: ScanGate = ScanGate()) {
    self.store = store
    self.catalog = catalog
    self.scans = scans
  }

  /// - Throws: what the caller did wrong; a miss is 404.
  func read(_ call: SCIMCall, of connection: String) async throws(SCIMError) -> SCIMAnswer {
    switch call.operation {
    case .discovery(let discovery): return try discover(discovery, call)
    case .one(let endpoint, let id):
      let type = try type(endpoint)
      let view = try SCIMView(query: HTTPQuery(call.query), type: type, baseURL: call.baseURL)
      let key = ResourceKey(connection: connection, type: type.segment, id: id)
      return try await one(key, view, call)
    case .list(let endpoint):
      let parameters = SCIMQueryParameters(HTTPQuery(call.query).pairs)
      return try await list(parameters, endpoint, of: connection, call)
    case .search(let endpoint):
      let parameters = try SCIMQueryParameters(searching: call.object())
      return try await list(parameters, endpoint, of: connection, call)
    case .write, .bulk:
      throw .unknownRoute
    }
  }

  private func list(
    _ parameters: SCIMQueryParameters, _ endpoint: String?, of connection: String, _ call: SCIMCall
  ) async throws(SCIMError) -> SCIMAnswer {
    let query = try SCIMListQuery(parameters)
    var types = catalog.types
    if let endpoint {
      let type = try type(endpoint)
      let found = try await lookUp(query, type, of: connection, baseURL: call.baseURL)
      if let found { return found }
      types = [type]
    }
    return try await list(
      ResourceList(query, of: connection, at: endpoint ?? "", types, baseURL: call.baseURL))
  }

  private func type(_ endpoint: String) throws(SCIMError) -> SCIMResourceType {
    guard let type = catalog.resourceType(endpoint: "/" + endpoint) else { throw .unknownRoute }
    return type
  }

  private func one(
    _ key: ResourceKey, _ view: SCIMView, _ call: SCIMCall
  ) async throws(SCIMError) -> SCIMAnswer {
    let (found, related, applied) = store.read { state in
      let place = state.place(key)
      return (
        place.flatMap { state.seen(at: $0) },
        view.showsComputed ? place.flatMap { state.related(at: $0) } : nil, state.appliedSeq
      )
    }
    guard let row = found else {
      await store.committed.durable(through: applied)
      throw .notFound(view.type.name, id: key.id)
    }
    let shown = max(row.lastSeq, related?.lastSeq ?? 0)
    await store.committed.durable(through: shown)
    let tag = SCIMMeta.entityTag(of: row.version)
    // Groups a user joins or leaves are no version of the user: who may not know of them gets all.
    let isWhole = key.type == SCIMResourceType.group.segment || !view.showsComputed
    if isWhole || shown <= row.contentSeq, let known = call.ifNoneMatch,
      SCIMMeta.isMatched(version: row.version, by: known)
    {
      return SCIMAnswer(status: 304, entityTag: tag)
    }
    return SCIMAnswer(
      status: 200,
      body: view.body(
        of: await store.bytes(row.resource), id: key.id, computed: related?.computed),
      entityTag: tag)
  }
}

/// What a look at one resource needs of its row.
private struct SeenRow: Sendable {
  let version: Int
  let contentSeq: UInt64
  let lastSeq: UInt64
  let resource: RowBytes
}

extension StoreState {
  /// Nil once it is deleted.
  fileprivate func seen(at place: Int) -> SeenRow? {
    guard let resource = resourceBytes(at: place) else { return nil }
    let row = rows[place]
    return SeenRow(
      version: Int(row.version), contentSeq: row.contentSeq, lastSeq: row.lastSeq,
      resource: resource)
  }
}

extension Store {
  /// Sees to it that what a change of this resource reads under the lock is in memory by then.
  nonisolated func warm(_ key: ResourceKey) async {
    guard let files, let extent = read({ $0.wholeExtent(of: key) }) else { return }
    if !files.isCached(extent) { _ = await files.read(extent) }
  }

  /// Bytes of a row, from memory at once or from the disk while the caller is suspended.
  package nonisolated func bytes(_ bytes: RowBytes) async -> [UInt8] {
    switch bytes {
    case .held(let bytes): return bytes
    case .filed(let extent): return await files?.read(extent) ?? []
    }
  }
}

extension RelatedResources {
  /// The newest line it comes from, as far as that is not the resource's own.
  var lastSeq: UInt64 {
    if case .groups(let rows) = self { rows.map(\.lastSeq).max() ?? 0 } else { 0 }
  }
}

/// What clients read before anything else; the same for every connection.
extension ResourceReader {
  func discover(
    _ discovery: SCIMOperation.Discovery, _ call: SCIMCall
  ) throws(SCIMError) -> SCIMAnswer {
    let documents = SCIMDiscovery(catalog: catalog, baseURL: call.baseURL)
    if discovery != .serviceProviderConfig, HTTPQuery(call.query)["filter"] != nil {
      throw .filterOnDiscovery
    }
    switch discovery {
    case .serviceProviderConfig:
      return SCIMAnswer(status: 200, body: documents.serviceProviderConfig())
    case .schemas(nil): return SCIMAnswer(status: 200, body: documents.schemas())
    case .schemas(let urn?):
      guard let body = documents.schema(urn) else { throw .notFound("Schema", id: urn) }
      return SCIMAnswer(status: 200, body: body)
    case .resourceTypes(nil): return SCIMAnswer(status: 200, body: documents.resourceTypes())
    case .resourceTypes(let name?):
      guard let body = documents.resourceType(name) else {
        throw .notFound("ResourceType", id: name)
      }
      return SCIMAnswer(status: 200, body: body)
    }
  }
}
