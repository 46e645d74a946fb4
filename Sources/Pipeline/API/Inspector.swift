import Actors
import Synchronization
import Transport

/// The receiver built into the server: takes signed events as any receiver would, checks them and
/// remembers the last ones, so that a first start has somewhere to deliver to.
///
/// In memory only. Its address holds a secret drawn at start, so that nobody else can post to it.
final class Inspector: Sendable {
  /// What it remembers at most; the oldest go first.
  enum Bounds {
    static let events = 200
    static let bytes = 8 * 1024 * 1024
    static let age: Duration = .seconds(24 * 3600)
    /// Seconds a timestamp may be off, as Standard Webhooks verifiers do it.
    static let skew: Int64 = 300
  }

  private struct State {
    var events: [InspectedEvent] = []
    var bytes = 0
  }

  private let token = Random.token(prefix: "", characters: 43)
  private let state = Mutex(State())

  init() {}

  /// Where our own delivery posts for that webhook, at the bound loopback address.
  func path(webhookId: String) -> String { "/inspector/\(token)/\(webhookId)" }

  /// The webhook a path is for, when it is one of this process.
  func webhookId(inPath path: Substring) -> String? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[1] == "inspector", constantTimeEqual(String(parts[2]), token)
    else { return nil }
    return String(parts[3])
  }

  /// Takes one delivery.
  ///
  /// - Parameter keys: the webhook's signing secrets, any of which may have signed.
  func receive(
    _ request: HTTPRequest, webhookId: String, keys: [Secret], at now: Timestamp
  ) -> HTTPResponse {
    let event = InspectedEvent(
      id: request.fields["webhook-id"] ?? "", webhookId: webhookId, receivedAt: now,
      verdict: InspectedEvent.Verdict(of: request, keys: keys, at: now), body: request.body)
    state.withLock { state in
      state.events.append(event)
      state.bytes += event.size
      Self.trim(&state, at: now)
    }
    return HTTPResponse(status: 204)
  }

  /// Oldest first.
  func received(at now: Timestamp = .now) -> [InspectedEvent] {
    state.withLock { state in
      Self.trim(&state, at: now)
      return state.events
    }
  }

  /// Whatever tells of an employee who is erased is remembered no longer.
  func forget(_ employee: String) {
    let id = SpoolSearch.folded(Array(employee.utf8))
    state.withLock { state in
      state.events.removeAll { SpoolSearch.occurs(id, in: $0.body) }
      state.bytes = state.events.reduce(0) { $0 + $1.size }
    }
  }

  private static func trim(_ state: inout State, at now: Timestamp) {
    let oldest = now.advanced(by: .zero - Bounds.age)
    var gone = 0
    while gone < state.events.count {
      let isFull = state.events.count - gone > Bounds.events || state.bytes > Bounds.bytes
      guard isFull || state.events[gone].receivedAt < oldest else { break }
      state.bytes -= state.events[gone].size
      gone += 1
    }
    state.events.removeFirst(gone)
  }
}
