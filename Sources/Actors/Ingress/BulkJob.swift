import Transport

/// How far a bulk request has come: what may run next, which ids its bulkIds stand for, what became
/// of each operation.
struct BulkJob {
  /// A write that is ready to go in.
  struct Write: Sendable {
    let call: SCIMCall
    let type: SCIMResourceType
    /// Nil for a POST, which says where it put its resource.
    let id: String?
  }

  /// In the request's order; nil as long as an operation was not processed.
  private(set) var results: [SCIMBulkResult?]
  /// How many may run together.
  let window: Int

  private let request: SCIMBulkRequest
  private let call: SCIMCall
  private let catalog: SCIMCatalog
  private var schedule: SCIMBulkSchedule
  /// What each bulkId stands for: a drawn id until its POST was answered, which may say another.
  private var ids: [String: String] = [:]
  private var failed: Set<String> = []
  private var errors = 0

  init(
    _ request: SCIMBulkRequest, call: SCIMCall, catalog: SCIMCatalog, claims: [SCIMBulkClaims]
  ) {
    self.request = request
    self.call = call
    self.catalog = catalog
    results = Array(repeating: nil, count: request.operations.count)
    window = request.failOnErrors == nil ? BulkRunner.window : 1
    schedule = SCIMBulkSchedule(request.operations, claims)
    for operation in request.operations where operation.isCreation {
      if let bulkId = operation.bulkId { ids[bulkId] = UUIDv4.make() }
    }
  }

  /// The next operation that can be tried; those that cannot are finished on the way.
  mutating func next() -> (index: Int, write: Write)? {
    while errors < request.failOnErrors ?? .max, let index = schedule.next() {
      do throws(SCIMError) {
        return (index, try write(of: request.operations[index]))
      } catch {
        finished(index, SCIMBulkResult(error, location: location(of: request.operations[index])))
      }
    }
    return nil
  }

  mutating func finished(_ index: Int, _ result: SCIMBulkResult) {
    let operation = request.operations[index]
    results[index] = result
    if result.failed { errors += 1 }
    if operation.isCreation, let bulkId = operation.bulkId {
      if result.failed { failed.insert(bulkId) }
      if let made = result.location?.split(separator: "/").last { ids[bulkId] = String(made) }
    }
    schedule.finished(index)
  }
}

extension BulkJob {
  private func write(of operation: SCIMBulkOperation) throws(SCIMError) -> Write {
    if let problem = operation.problem { throw problem }
    for name in operation.references.sorted() {
      if ids[name] == nil { throw .unknownBulkId(name) }
      if failed.contains(name) { throw .failedBulkId(name) }
    }
    let wanted = try SCIMOperation(
      method: operation.method, segments: path(of: operation),
      endpoints: catalog.types.map { String($0.endpoint.dropFirst()) })
    guard case .write(let verb, let endpoint, let id) = wanted,
      let type = catalog.resourceType(endpoint: "/" + endpoint)
    else { throw .unknownRoute }
    let body = verb == .delete ? [] : operation.data.resolvingReferences(ids).bytes
    return Write(
      call: SCIMCall(
        id: ULID.make(prefix: "req_"), received: .now, slug: call.slug, operation: wanted,
        query: "", credentials: call.credentials, contentType: nil, ifMatch: operation.version,
        body: body,
        client: call.client, agent: call.agent, baseURL: call.baseURL, reply: PendingReply(),
        resourceId: operation.isCreation ? operation.bulkId.flatMap { ids[$0] } : nil),
      type: type, id: id)
  }

  /// The path with an id in place of a reference.
  private func path(of operation: SCIMBulkOperation) -> [String] {
    var path = operation.path
    if let name = operation.pathReference, let id = ids[name] { path[1] = id }
    return path
  }

  /// Where an operation that is not tried would have gone; nil for a POST and for a wrong path.
  private func location(of operation: SCIMBulkOperation) -> String? {
    let path = path(of: operation)
    guard !operation.isCreation, path.count == 2,
      operation.pathReference.map({ ids[$0] != nil && !failed.contains($0) }) ?? true
    else { return nil }
    return catalog.resourceType(endpoint: "/" + path[0])?.location(
      of: path[1], baseURL: call.baseURL)
  }
}

extension BulkJob.Write {
  func result(_ answer: SCIMAnswer) -> SCIMBulkResult {
    let location = answer.location ?? id.map { type.location(of: $0, baseURL: call.baseURL) }
    guard answer.status < 400 else {
      return SCIMBulkResult(
        status: answer.status, location: location, version: nil, error: answer.body)
    }
    return SCIMBulkResult(
      status: answer.status, location: location, version: answer.entityTag, error: nil)
  }
}
