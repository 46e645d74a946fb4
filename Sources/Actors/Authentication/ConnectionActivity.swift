import Synchronization
package import Transport

/// When each connection was last heard of, and how that went; kept in memory for people to see.
package final class ConnectionActivity: Sendable {
  package struct Entry: Sendable, Equatable {
    package var lastRequest: Timestamp?
    /// Last use by token id.
    package var tokens: [String: Timestamp] = [:]
    /// The last refused authentication at the connection's Base URL, until a valid one follows.
    package var wrongToken: Timestamp?

    package init() {}

    fileprivate mutating func used(_ token: String, at now: Timestamp) {
      lastRequest = now
      tokens[token] = now
      wrongToken = nil
    }
  }

  /// How long after a refused token was told of the next one may be.
  package static let tellingPause = Duration.seconds(3600)

  private let entries = Mutex<[String: Entry]>([:])
  /// When it was told, by connection.
  private let told = Mutex<[String: Timestamp]>([:])

  package init() {}

  package func used(connection: String, token: String, at now: Timestamp) {
    entries.withLock { $0[connection, default: Entry()].used(token, at: now) }
  }

  /// - Returns: whether its application should be told now.
  @discardableResult
  package func refused(connection: String, at now: Timestamp) -> Bool {
    entries.withLock { $0[connection, default: Entry()].wrongToken = now }
    return told.withLock { told in
      if let last = told[connection], now < last.advanced(by: Self.tellingPause) { return false }
      told[connection] = now
      return true
    }
  }

  package subscript(connection: String) -> Entry {
    entries.withLock { $0[connection] ?? Entry() }
  }

  package var all: [String: Entry] { entries.withLock { $0 } }

  package func restore(_ saved: [String: Entry]) { entries.withLock { $0 = saved } }
}
