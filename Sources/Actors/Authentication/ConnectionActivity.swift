import Synchronization
package import Transport

/// When each connection was last heard of, and how that went; kept for people to see.
///
/// Every call passes here, so it is one short lock and no more than a few words.
package final class ConnectionActivity: Sendable {
  package struct Entry: Sendable, Equatable {
    /// The newest call with a token that was good.
    package var lastRequest: Timestamp?
    /// Last use by token id.
    package var tokens: [String: Timestamp] = [:]
    /// The refused authentication that was the last thing heard, until a valid one follows.
    package var refusal: Refusal?
    /// The newest call at its Base URL, whatever became of it.
    package var last: Call?

    package init() {}

    fileprivate mutating func used(_ token: String, at now: Timestamp) {
      lastRequest = now
      tokens[token] = now
      refusal = nil
    }
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

  /// A call and what it was answered; the path is what follows the Base URL, without a query.
  package struct Call: Sendable, Equatable {
    package var at: Timestamp
    package var method: String
    package var path: String
    package var status: Int

    package init(at: Timestamp, method: String, path: String, status: Int) {
      self.at = at
      self.method = method
      self.path = path
      self.status = status
    }
  }

  /// How long after a refused token was told of the next one may be.
  package static let tellingPause = Duration.seconds(3600)

  private struct State {
    var entries: [String: Entry] = [:]
    /// Connections by the end of their Base URL; only what was found by one is here, so that
    /// strangers choose no keys of ours.
    var ids: [String: String] = [:]
    /// When it was told, by connection.
    var told: [String: Timestamp] = [:]
    var changes = 0
  }

  private let state = Mutex(State())

  package init() {}

  package func used(connection: String, slug: String, token: String, at now: Timestamp) {
    state.withLock { state in
      state.entries[connection, default: Entry()].used(token, at: now)
      if state.ids[slug] == nil { state.ids[slug] = connection }
      state.changes &+= 1
    }
  }

  /// - Returns: whether its application should be told now.
  @discardableResult
  package func refused(
    connection: String, slug: String, why: Refusal.Reason, at now: Timestamp
  ) -> Bool {
    state.withLock { state in
      state.entries[connection, default: Entry()].refusal = Refusal(at: now, why: why)
      state.ids[slug] = connection
      state.changes &+= 1
      // Whoever opens the Base URL in a browser has none; nobody need be woken for that.
      if why == .noToken { return false }
      if let last = state.told[connection], now < last.advanced(by: Self.tellingPause) {
        return false
      }
      state.told[connection] = now
      return true
    }
  }

  /// Notes what a call at a Base URL was answered; nothing when nothing was found there.
  package func answered(slug: Substring, _ call: Call) {
    state.withLock { state in
      guard let id = state.ids[String(slug)] else { return }
      state.entries[id]?.last = call
    }
  }

  package subscript(connection: String) -> Entry {
    state.withLock { $0.entries[connection] ?? Entry() }
  }

  package var all: [String: Entry] { state.withLock { $0.entries } }
  /// Grows with every call: who keeps a copy sees by it whether there is anything new.
  package var changes: Int { state.withLock { $0.changes } }

  package func restore(_ saved: [String: Entry]) { state.withLock { $0.entries = saved } }
}
