package import Transport

/// Frames requests under `/scim/v2`: gives each an id, sends writes on and waits for their answer.
///
/// It runs where the connection runs, so it does only what takes a few microseconds. A read needs
/// no stage: once authenticated it looks into the store, and goes elsewhere only when it is long.
package actor Ingress {
  package nonisolated let name = StageName.ingress

  private nonisolated let authentication: Authentication
  private nonisolated let reader: ResourceReader
  private nonisolated let catalog: SCIMCatalog
  private nonisolated let endpoints: [String]
  private nonisolated let origin: RequestOrigin
  private let waiting: Gauge

  /// - Parameter waiting: shows how many callers of writes wait for the disk.
  package init(
    authentication: Authentication, reader: ResourceReader, catalog: SCIMCatalog,
    origin: RequestOrigin, waiting: Gauge
  ) {
    self.authentication = authentication
    self.reader = reader
    self.catalog = catalog
    self.origin = origin
    self.waiting = waiting
    endpoints = catalog.types.map { String($0.endpoint.dropFirst()) }
  }

  /// - Parameter request: one whose path begins with `/scim/v2`.
  package nonisolated func receive(_ request: HTTPRequest) async -> HTTPResponse {
    let id = ULID.make(prefix: "req_")
    do throws(SCIMError) {
      let call = try frame(request, id: id)
      if case .write = call.operation { return HTTPResponse(await submit(call), request: id) }
      if case .discovery(let discovery) = call.operation, call.credentials == nil {
        try authentication.admitStranger(call)
        return HTTPResponse(try reader.discover(discovery, call), request: id)
      }
      let connection = try authentication.connection(of: call)
      if call.operation == .bulk {
        return HTTPResponse(await bulk(call, connection), request: id)
      }
      return HTTPResponse(try await reader.read(call, of: connection.id), request: id)
    } catch {
      return HTTPResponse(SCIMAnswer(error), request: id)
    }
  }

  /// Sends a write on and parks its caller until the outcome is durable.
  private func submit(_ call: SCIMCall) async -> SCIMAnswer {
    waiting.add(1)
    defer { waiting.add(-1) }
    guard await send(call) else { return SCIMAnswer(.backlog(retryAfter: Intake.loadWait)) }
    return await call.reply.value()
  }

  /// Elsewhere than on the connection's loop: a thousand operations are prepared at once.
  private nonisolated func bulk(_ call: SCIMCall, _ connection: Connection) async -> SCIMAnswer {
    let runner = BulkRunner(catalog: catalog, store: reader.store) { await self.submit($0) }
    return await withTaskExecutorPreference(globalConcurrentExecutor) {
      do throws(SCIMError) {
        return try await runner.run(call, of: connection)
      } catch {
        return SCIMAnswer(error)
      }
    }
  }

  private func send(_ call: SCIMCall) async -> Bool {
    if authentication.input.trySend(call) { return true }
    return (try? await authentication.input.send(call)) != nil
  }

  private nonisolated func frame(
    _ request: HTTPRequest, id: String
  ) throws(SCIMError) -> SCIMCall {
    let path = RequestPath(request.path)
    guard let slug = path.slug else { throw .noConnection }
    let operation = try SCIMOperation(
      method: request.method, segments: path.segments, endpoints: endpoints)
    return SCIMCall(
      id: id, received: .now, slug: slug, operation: operation, query: String(request.query),
      credentials: request.fields["Authorization"].map { Secret($0) },
      contentType: request.fields["Content-Type"], ifMatch: request.fields["If-Match"],
      body: request.body, client: origin.client(of: request),
      agent: request.fields["User-Agent"] ?? "",
      baseURL: origin.publicURL(of: request) + "/scim/v2/" + slug, reply: PendingReply(),
      ifNoneMatch: request.fields["If-None-Match"])
  }
}

extension HTTPResponse {
  /// What every SCIM answer looks like on the wire (RFC 7644 §3.1).
  package init(_ answer: SCIMAnswer, request id: String) {
    var fields = HTTPFields()
    if !answer.body.isEmpty { fields.append("Content-Type", "application/scim+json") }
    if let tag = answer.entityTag { fields.append("ETag", tag) }
    if let location = answer.location { fields.append("Location", location) }
    if let wait = answer.retryAfter { fields.append("Retry-After", String(wait)) }
    if answer.status == 401 { fields.append("WWW-Authenticate", "Bearer") }
    fields.append("X-Request-Id", id)
    self.init(status: answer.status, fields: fields, body: answer.body)
  }
}
