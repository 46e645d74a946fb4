package import Transport

/// Frames requests under `/scim/v2`: gives each an id, sends it on, and waits for its answer.
///
/// It runs where the connection runs, so it does only what takes a microsecond; all that may take
/// longer happens behind its stream.
package actor Ingress {
  package nonisolated let name = StageName.ingress

  private let output: BoundedChannel<SCIMCall>
  private let endpoints: [String]
  private let origin: RequestOrigin
  /// Callers who wait for an answer; a drain waits until there are none.
  private var waiting = 0

  package init(output: BoundedChannel<SCIMCall>, catalog: SCIMCatalog, origin: RequestOrigin) {
    self.output = output
    self.origin = origin
    endpoints = catalog.types.map { String($0.endpoint.dropFirst()) }
  }

  package var inFlight: Int { waiting }

  /// - Parameter request: one whose path begins with `/scim/v2`.
  package func receive(_ request: HTTPRequest) async -> HTTPResponse {
    let id = ULID.make(prefix: "req_")
    let reply = PendingReply()
    do throws(SCIMError) {
      let call = try frame(request, id: id, reply: reply)
      waiting += 1
      defer { waiting -= 1 }
      guard await send(call) else { throw .backlog(retryAfter: Intake.loadWait) }
      return HTTPResponse(await reply.value(), request: id)
    } catch {
      return HTTPResponse(SCIMAnswer(error), request: id)
    }
  }

  private func send(_ call: SCIMCall) async -> Bool {
    if output.trySend(call) { return true }
    return (try? await output.send(call)) != nil
  }

  private func frame(
    _ request: HTTPRequest, id: String, reply: PendingReply
  ) throws(SCIMError) -> SCIMCall {
    let path = RequestPath(request.path)
    guard let slug = path.slug else { throw .noConnection }
    let operation = try SCIMOperation(
      method: request.method, segments: path.segments, endpoints: endpoints)
    return SCIMCall(
      id: id, received: .now, slug: slug, operation: operation, query: String(request.query),
      credentials: request.fields["Authorization"].map { Secret($0) },
      contentType: request.fields["Content-Type"], body: request.body,
      client: origin.client(of: request), agent: request.fields["User-Agent"] ?? "",
      baseURL: origin.publicURL(of: request) + "/scim/v2/" + slug, reply: reply)
  }
}

extension HTTPResponse {
  /// What every SCIM answer looks like on the wire (RFC 7644 §3.1).
  package init(_ answer: SCIMAnswer, request id: String) {
    var fields = HTTPFields()
    if !answer.body.isEmpty { fields.append("Content-Type", "application/scim+json") }
    if let location = answer.location { fields.append("Location", location) }
    if let wait = answer.retryAfter { fields.append("Retry-After", String(wait)) }
    if answer.status == 401 { fields.append("WWW-Authenticate", "Bearer") }
    fields.append("X-Request-Id", id)
    self.init(status: answer.status, fields: fields, body: answer.body)
  }
}
