import Synchronization
package import Transport

/// Turns a token into a connection, and accepts writes into `1-accepted`.
///
/// The token itself goes no further than this actor: what travels on names the connection. Who
/// only reads is authenticated without waiting for the writes that are in front of this stage.
package actor Authentication: Stage {
  package nonisolated let name = StageName.authentication
  package nonisolated let input: BoundedChannel<SCIMCall>

  /// How many calls are taken from the stream at once.
  private static let batch = 64

  private nonisolated let view: ConfigurationView
  private nonisolated let activity: ConnectionActivity
  private nonisolated let acceptance: Acceptance
  private nonisolated let mapping: Mapping
  private nonisolated let tell: @Sendable (OperationalEvent) -> Void
  private nonisolated let note: RequestNote.Taker
  private nonisolated let limiter = Mutex(AttemptLimiter())

  /// - Parameter note: told of writes that were not accepted.
  package init(
    view: ConfigurationView, activity: ConnectionActivity, acceptance: Acceptance,
    mapping: Mapping, capacity: Int,
    tell: @escaping @Sendable (OperationalEvent) -> Void = { _ in },
    note: @escaping RequestNote.Taker = { _ in }
  ) {
    self.tell = tell
    self.note = note
    self.view = view
    self.activity = activity
    self.acceptance = acceptance
    self.mapping = mapping
    input = BoundedChannel(capacity: capacity)
  }

  /// Runs until the stream ends. More workers than this one moved nothing: see
  /// docs/decisions/0012.
  package func run() async throws {
    await work()
    mapping.finish()
  }

  /// Not on the actor, where callers who only read would wait for it.
  @concurrent
  private nonisolated func work() async {
    while let calls = await input.next(max: Self.batch) {
      for call in calls {
        if let write = accept(call) { await mapping.submit(write) }
      }
    }
  }

  /// Answers the caller and returns nil when the write is not accepted.
  private nonisolated func accept(_ call: SCIMCall) -> AcceptedWrite? {
    var connection: Connection?
    do throws(SCIMError) {
      let known = try self.connection(of: call)
      connection = known
      return try acceptance.accept(call, known)
    } catch {
      refused(call, error, authenticated: connection)
      call.reply.resolve(SCIMAnswer(error))
      return nil
    }
  }

  /// Notes a write that leaves no line in the spool.
  ///
  /// - Parameter authenticated: the connection its token is valid for.
  nonisolated func refused(
    _ call: SCIMCall, _ error: SCIMError, authenticated: Connection? = nil
  ) {
    note(
      RequestNote(
        call, of: authenticated ?? connection(at: call.slug),
        isAuthenticated: authenticated != nil, status: error.status, detail: error.detail))
  }

  /// Of whom a call is, whatever it proves.
  nonisolated func connection(at slug: String) -> Connection? { view.connection(slug: slug) }

  /// The connection a call belongs to.
  ///
  /// - Throws: the sentence for whoever typed Base URL and token; 429 after too many failures.
  nonisolated func connection(of call: SCIMCall) throws(SCIMError) -> Connection {
    guard let connection = view.connection(slug: call.slug) else {
      throw failed(call, .noConnection, at: "")
    }
    guard let token = call.credentials.flatMap({ PresentedToken($0.reveal()) }) else {
      refused(call, connection, .noToken)
      throw failed(call, .noToken)
    }
    guard let known = Self.match(token, in: connection) else {
      refused(call, connection, token.looksLikeAPIKey ? .apiKey : .wrongToken)
      throw failed(call, token.looksLikeAPIKey ? .apiKeyAsToken : .wrongToken)
    }
    if let replaced = known.replacedAt, replaced <= call.received {
      refused(call, connection, .tokenReplaced)
      throw failed(call, .tokenReplaced(on: replaced))
    }
    call.standing = .authenticated(connection: connection.id)
    guard connection.enabled else { throw .connectionOff }
    activity.used(connection: connection.id, token: known.id, at: call.received)
    return connection
  }

  private nonisolated func refused(
    _ call: SCIMCall, _ connection: Connection, _ why: ConnectionActivity.Refusal.Reason
  ) {
    guard
      let isTold = activity.refused(connection: connection.id, why: why, at: call.received)
    else { return }
    call.standing = .refused(connection: connection.id)
    if isTold { tell(.authenticationFailed(connection, isReplaced: why == .tokenReplaced)) }
  }

  /// Notes what a call was answered, for people who look at its connection.
  ///
  /// - Parameter method: as sent, of one that was framed.
  nonisolated func answered(_ call: SCIMCall, method: String, status: Int, at now: Timestamp) {
    let (connection, isAuthenticated): (String, Bool)
    switch call.standing {
    case .stranger: return
    case .refused(let id): (connection, isAuthenticated) = (id, false)
    case .authenticated(let id): (connection, isAuthenticated) = (id, true)
    }
    activity.answered(
      connection: connection,
      .init(at: now, method: method, shape: CallShape(call.operation), status: status),
      isAuthenticated: isAuthenticated)
  }

  /// Lets a call without token through to what is the same for every connection.
  ///
  /// - Throws: 404 where there is no connection, as with a token; 429 after too many of those.
  nonisolated func admitStranger(_ call: SCIMCall) throws(SCIMError) {
    guard view.connection(slug: call.slug) != nil else {
      throw failed(call, .noConnection, at: "")
    }
  }

  /// Compares with every token of the connection, in constant time.
  private static func match(_ token: PresentedToken, in connection: Connection) -> HashedToken? {
    let hash = token.hash
    var found: HashedToken?
    for candidate in connection.tokens where constantTimeEqual(candidate.hash, hash) {
      found = candidate
    }
    return found
  }

  /// The error to answer with; 429 once the source has failed too often.
  ///
  /// - Parameter slug: of a connection there is; strangers choose no keys of ours.
  private nonisolated func failed(
    _ call: SCIMCall, _ error: SCIMError, at slug: String? = nil
  ) -> SCIMError {
    let source = AttemptLimiter.Source(slug: slug ?? call.slug, address: call.client)
    let wait = limiter.withLock { $0.failed(source, at: call.received) }
    return wait.map { .tooManyAttempts(retryAfter: $0) } ?? error
  }
}
