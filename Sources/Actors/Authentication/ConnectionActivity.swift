import Synchronization
package import Transport

/// When each connection was last heard of, and how that went; kept for people to see.
///
/// Every call passes here, so it is one short lock and no more than a few words. Only calls that
/// were authenticated, and those refused for want of a good token, leave something.
package final class ConnectionActivity: Sendable {
  package struct Entry: Sendable, Equatable {
    /// The newest call that had a good token and was not refused for another reason either.
    package var lastSuccess: Timestamp?
    /// Last use by token id.
    package var tokens: [String: Timestamp] = [:]
    /// The refused authentication that was the last thing heard, until a valid one follows.
    package var refusal: Refusal?
    /// The newest call at its Base URL, whatever became of it.
    package var last: Call?

    package init() {}
  }

  package struct Refusal: Sendable, Equatable {
    package var at: Timestamp
    package var why: Reason

    package init(at: Timestamp, why: Reason) {
      self.at = at
      self.why = why
    }

    package enum Reason: String, Sendable, CaseIterable {
      case noToken = "no_token"
      case wrongToken = "wrong_token"
      case apiKey = "api_key"
      case tokenReplaced = "token_replaced"
    }
  }

  /// A call and what it was answered.
  package struct Call: Sendable, Equatable {
    package var at: Timestamp
    package var method: String
    package var shape: CallShape
    package var status: Int

    package init(at: Timestamp, method: String, shape: CallShape, status: Int) {
      self.at = at
      self.method = method
      self.shape = shape
      self.status = status
    }
  }

  /// How long after a refused token was told of the next one may be.
  package static let tellingPause = Duration.seconds(3600)
  /// After so long without a call that succeeded a connection is silent.
  package static let patience = Duration.seconds(24 * 3600)

  private struct State {
    var entries: [String: Entry] = [:]
    /// When it was told, by connection.
    var told: [String: Timestamp] = [:]
    var changes = 0
  }

  private let state = Mutex(State())

  package init() {}

  package func used(connection: String, token: String, at now: Timestamp) {
    change(connection) { entry in
      entry.tokens[token] = now
      entry.refusal = nil
    }
  }

  /// - Returns: whether its application should be told now; nil when that says nothing of the
  ///   connection, and so leaves no trace.
  @discardableResult
  package func refused(connection: String, why: Refusal.Reason, at now: Timestamp) -> Bool? {
    state.withLock { state in
      let entry = state.entries[connection] ?? Entry()
      // Whoever opens the Base URL in a browser has no token, and may be anybody.
      if why == .noToken, !entry.isNews(at: now) { return nil }
      state.entries[connection, default: entry].refusal = Refusal(at: now, why: why)
      state.changes &+= 1
      if why == .noToken { return false }
      if let last = state.told[connection], now < last.advanced(by: Self.tellingPause) {
        return false
      }
      state.told[connection] = now
      return true
    }
  }

  /// Notes what a call was answered that was authenticated, or refused for its token.
  package func answered(connection: String, _ call: Call, isAuthenticated: Bool) {
    change(connection) { entry in
      entry.last = call
      if isAuthenticated, call.status < 400 { entry.lastSuccess = call.at }
    }
  }

  private func change(_ connection: String, _ body: (inout Entry) -> Void) {
    state.withLock { state in
      body(&state.entries[connection, default: Entry()])
      state.changes &+= 1
    }
  }
}

extension ConnectionActivity.Entry {
  /// Whether a call without a token tells anything: not of a connection that works, and not where
  /// a refusal says more.
  fileprivate func isNews(at now: Timestamp) -> Bool {
    if let refusal { return refusal.why == .noToken }
    return lastSuccess.map { now >= $0.advanced(by: ConnectionActivity.patience) } ?? true
  }
}

// MARK: - Looking at it, and keeping it

extension ConnectionActivity {
  package subscript(connection: String) -> Entry {
    state.withLock { $0.entries[connection] ?? Entry() }
  }

  package var all: [String: Entry] { state.withLock { $0.entries } }
  /// Grows with every call: who keeps a copy sees by it whether there is anything new.
  package var changes: Int { state.withLock { $0.changes } }

  package func restore(_ saved: [String: Entry]) { state.withLock { $0.entries = saved } }

  /// Lets go of connections and tokens that are no more.
  package func prune(keeping connections: [String: Connection]) {
    state.withLock { state in
      state.entries = state.entries.filter { connections[$0.key] != nil }
      state.told = state.told.filter { connections[$0.key] != nil }
      for (id, entry) in state.entries {
        let tokens = Set(connections[id]?.tokens.map(\.id) ?? [])
        state.entries[id]?.tokens = entry.tokens.filter { tokens.contains($0.key) }
      }
    }
  }
}
