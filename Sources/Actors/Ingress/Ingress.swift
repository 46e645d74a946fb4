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
  private nonisolated let note: RequestNote.Taker

  /// - Parameters:
  ///   - waiting: shows how many callers of writes wait for the disk.
  ///   - note: told of every call that is no write, and of every one that is none it knows.
  package init(
    authentication: Authentication, reader: ResourceReader, catalog: SCIMCatalog,
    origin: RequestOrigin, waiting: Gauge, note: @escaping RequestNote.Taker = { _ in }
  ) {
    self.note = note
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
    let call: SCIMCall
    do throws(SCIMError) { call = try frame(request, id: id) } catch {
      refused(request, id: id, status: error.status, detail: error.detail)
      return HTTPResponse(SCIMAnswer(error), request: id)
    }
    let answer =
      if case .write = call.operation { await submit(call) } else { await look(call) }
    authentication.answered(call, method: request.method, status: answer.status, at: .now)
    return HTTPResponse(answer, request: id)
  }

  /// Answers what is no write, and notes that it was asked.
  private nonisolated func look(_ call: SCIMCall) async -> SCIMAnswer {
    var connection: Connection?
    do throws(SCIMError) {
      let answer = try await answer(call, &connection)
      note(
        RequestNote(
          call, of: connection ?? authentication.connection(at: call.slug),
          isAuthenticated: connection != nil, status: answer.status))
      return answer
    } catch {
      note(
        RequestNote(
          call, of: connection ?? authentication.connection(at: call.slug),
          isAuthenticated: connection != nil, status: error.status, detail: error.detail))
      return SCIMAnswer(error)
    }
  }

  /// - Parameter connection: set as soon as its token has proved to be valid.
  private nonisolated func answer(
    _ call: SCIMCall, _ connection: inout Connection?
  ) async throws(SCIMError) -> SCIMAnswer {
    if case .discovery(let discovery) = call.operation, call.credentials == nil {
      try authentication.admitStranger(call)
      return try reader.discover(discovery, call)
    }
    let known = try authentication.connection(of: call)
    connection = known
    if call.operation == .bulk { return await bulk(call, known) }
    return try await reader.read(call, of: known.id)
  }

  /// Notes what was refused before anybody knew what it wants.
  ///
  /// - Parameter request: one whose path begins with `/scim/v2`.
  package nonisolated func refused(
    _ request: HTTPRequest, id: String, status: Int, detail: String
  ) {
    let path = RequestPath(request.path)
    let connection = path.slug.flatMap { authentication.connection(at: $0) }
    note(
      RequestNote(
        id: id, received: .now, connection: connection?.id ?? "", isAuthenticated: false,
        method: request.method,
        path: connection == nil ? "" : path.segments.reduce("") { $0 + "/" + $1 },
        query: String(request.query), client: origin.client(of: request),
        agent: request.fields["User-Agent"] ?? "", status: status, detail: detail))
  }

  /// Sends a write on and parks its caller until the outcome is durable.
  private func submit(_ call: SCIMCall) async -> SCIMAnswer {
    waiting.add(1)
    defer { waiting.add(-1) }
    guard await send(call) else {
      let error = SCIMError.backlog(retryAfter: Intake.loadWait)
      authentication.refused(call, error)
      return SCIMAnswer(error)
    }
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
