package import Transport

/// Turns a token into a connection, accepts writes into `1-accepted`, sends reads to the store.
///
/// The token itself goes no further than this actor: what travels on names the connection.
package actor Authentication: Stage {
  package nonisolated let name = StageName.authentication
  package nonisolated let input: BoundedChannel<SCIMCall>

  /// How many calls are taken from the stream at once.
  private static let batch = 64

  private let view: ConfigurationView
  private let activity: ConnectionActivity
  private let log: Logger
  private let lanes: Int
  private nonisolated let acceptance: Acceptance
  private nonisolated let reader: ResourceReader
  private nonisolated let mapping: Mapping
  private var limiter = AttemptLimiter()

  package init(
    view: ConfigurationView, activity: ConnectionActivity, acceptance: Acceptance,
    reader: ResourceReader, mapping: Mapping, lanes: Int, capacity: Int, log: Logger
  ) {
    self.view = view
    self.activity = activity
    self.acceptance = acceptance
    self.reader = reader
    self.mapping = mapping
    self.lanes = lanes
    self.log = log
    input = BoundedChannel(capacity: capacity)
  }

  /// Runs until the stream ends; every lane takes from the one stream.
  package func run() async throws {
    await withDiscardingTaskGroup { group in
      for _ in 0..<lanes {
        group.addTask { await self.runLane() }
      }
    }
    mapping.finish()
  }

  /// A read goes on in a task of its own, so that a slow scan holds up nobody; there are never
  /// more of those than callers who wait.
  private nonisolated func runLane() async {
    await withDiscardingTaskGroup { group in
      while let calls = await input.next(max: Self.batch) {
        for (call, connection) in await admit(calls) {
          guard case .write(let verb, let endpoint, let id) = call.operation else {
            let reader = reader
            group.addTask { await reader.answer(call, connection: connection) }
            continue
          }
          if let write = acceptance.accept(call, connection, verb, endpoint: endpoint, id: id) {
            await mapping.submit(write)
          }
        }
      }
    }
  }

  /// The calls that may go on, with their connections; the others are answered.
  private func admit(_ calls: [SCIMCall]) -> [(SCIMCall, Connection)] {
    let configuration = view.current
    return calls.compactMap { call in
      do throws(SCIMError) {
        return (call, try connection(of: call, in: configuration))
      } catch {
        call.reply.resolve(SCIMAnswer(error))
        return nil
      }
    }
  }

  private func connection(
    of call: SCIMCall, in configuration: Configuration
  ) throws(SCIMError) -> Connection {
    guard let connection = configuration.connection(slug: call.slug) else {
      throw failed(call, .noConnection)
    }
    guard let token = call.credentials.flatMap({ PresentedToken($0.reveal()) }) else {
      throw failed(call, .noToken)
    }
    guard let known = Self.match(token, in: connection) else {
      activity.refused(connection: connection.id, at: call.received)
      throw failed(call, token.looksLikeAPIKey ? .apiKeyAsToken : .wrongToken)
    }
    if let replaced = known.replacedAt, replaced <= call.received {
      activity.refused(connection: connection.id, at: call.received)
      throw failed(call, .tokenReplaced(on: replaced))
    }
    guard connection.enabled else { throw .connectionOff }
    activity.used(connection: connection.id, token: known.id, at: call.received)
    return connection
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
  private func failed(_ call: SCIMCall, _ error: SCIMError) -> SCIMError {
    let source = AttemptLimiter.Source(slug: call.slug, address: call.client)
    guard let wait = limiter.failed(source, at: call.received) else { return error }
    return .tooManyAttempts(retryAfter: wait)
  }
}
