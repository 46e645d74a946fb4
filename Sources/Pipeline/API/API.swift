import Actors
import Synchronization
import Transport

/// The HRIS API: turns a request into an operation by the route table, checks everything the table
/// says, and answers with JSON or a problem document.
///
/// One instance serves the public listener and the control socket; who asks follows from the peer.
final class API: Sendable {
  let backend: any APIBackend
  let tokens: AccessTokens
  let inspector: Inspector
  let options: Options
  let failures = Mutex(AttemptLimiter())
  let turns: AdminTurns
  let documents: APIDocuments
  private let log: Logger

  struct Options: Sendable {
    /// Whether webhooks may be sent to this address (the built-in ranges, `--allow-webhook-net`).
    var permits: @Sendable (IPAddress) -> Bool
    /// Whom a request comes from, forwarding fields of trusted proxies considered.
    var clientAddress: @Sendable (HTTPRequest) -> IPAddress? = { request in
      if case .ip(let address, _) = request.peer { address } else { nil }
    }
    /// Whether this user is the owner, when it comes over the control socket.
    var isOwner: @Sendable (_ user: UInt32) -> Bool = { _ in true }
    /// When a connection was last heard of, and how that went.
    var connectionActivity: @Sendable (_ id: String) -> ConnectionActivity.Entry = { _ in .init() }
    var keyActivity = KeyActivity()
    var now: @Sendable () -> Timestamp = { .now }
  }

  init(
    backend: any APIBackend, tokens: AccessTokens, inspector: Inspector, options: Options,
    turns: AdminTurns = AdminTurns(), log: Logger
  ) {
    self.turns = turns
    self.backend = backend
    documents = APIDocuments { backend.publicURL }
    self.tokens = tokens
    self.inspector = inspector
    self.options = options
    self.log = log
  }

  /// Answers one request, whole; refusals included.
  ///
  /// Concurrent, since parsing and lists take longer than a connection's event loop may be held.
  @concurrent
  func respond(to request: HTTPRequest) async -> HTTPResponse {
    let requestId = ULID.make(prefix: "req_")
    do throws(APIError) {
      let call = try admit(request, requestId: requestId)
      let answer = try await perform(call)
      let status = call.route.success
      return answer.response(status: status, requestId: requestId)
    } catch {
      if error.kind.status >= 500 {
        log.warning("api refused", ["request": requestId, "reason": error.detail])
      }
      return error.response(requestId: requestId)
    }
  }

  private func admit(_ request: HTTPRequest, requestId: String) throws(APIError) -> APICall {
    let (route, path) = try APIRoutes.find(method: request.method, path: request.path)
    let caller = try caller(of: request, for: route)
    try APICall.checkPath(path, for: route)
    try APICall.checkFields(of: request, for: route)
    return APICall(
      route: route, requestId: requestId, caller: caller,
      address: options.clientAddress(request), serviceId: request.fields["x-uapi-service-id"],
      accept: request.fields["accept"], lastEventId: request.fields["last-event-id"],
      ifNoneMatch: request.fields["if-none-match"],
      accessToken: try accessToken(of: request, for: route),
      isStillAllowed: { (try? self.caller(of: request, for: route)) != nil }, path: path,
      query: try APICall.query(of: request, for: route, caller: caller),
      body: try APICall.body(of: request, for: route, caller: caller))
  }

  private func perform(_ call: APICall) async throws(APIError) -> APIAnswer {
    guard call.route.changesConfiguration else { return try await dispatch(call) }
    if !call.isRevocation, let refusal = backend.writeRefusal {
      throw .unavailable(refusal.reason, retryAfter: refusal.retryAfter)
    }
    guard await turns.enter() else {
      throw .unavailable("Too many changes wait for their turn; try again.", retryAfter: 1)
    }
    defer { turns.leave() }
    // Meanwhile somebody else may have taken the credential away.
    guard call.isStillAllowed() else {
      throw .unauthorized("The credential was revoked while this call waited for its turn.")
    }
    return try await dispatch(call)
  }

  private func dispatch(_ call: APICall) async throws(APIError) -> APIAnswer {
    switch call.route.operation {
    case .open(let operation): try await perform(operation, call)
    case .application(let operation):
      try await perform(operation, for: try application(of: call), call)
    case .consumer(let operation):
      try await perform(operation, for: try consumer(of: call), call)
    case .owner(let operation): try await perform(operation, call)
    }
  }
}

extension APIRoute {
  /// Whether it reads, decides and writes configuration, and so takes its turn.
  var changesConfiguration: Bool {
    method != "GET" && !Self.unconfigured.contains(operation)
  }

  /// What writes no configuration, and so works while the disk is short of space, too.
  private static let unconfigured: Set<APIOperation> = [
    .open(.createAccessToken), .application(.testWebhook), .application(.triggerWebhook),
    .application(.replayWebhook), .application(.redeliver), .application(.resendDeadLetter),
    .application(.removeDeadLetter), .owner(.holdDelivery), .owner(.releaseDelivery),
    .owner(.replayEvents), .owner(.retryDeadLetter), .owner(.dropDeadLetter),
    // It takes turns of its own, a short one for each step.
    .consumer(.eraseEmployee), .owner(.eraseAnyEmployee),
    .consumer(.previewMapping),
  ]
}
