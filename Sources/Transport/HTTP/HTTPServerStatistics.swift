import Synchronization

/// What a server counts; whoever renders metrics reads it.
package final class HTTPServerStatistics: Sendable {
  let open = Atomic<Int>(0)
  let accepted = Atomic<Int>(0)
  let answered = Atomic<Int>(0)
  let refused = Atomic<Int>(0)
  let handshakesFailed = Atomic<Int>(0)
  let received = Atomic<Int>(0)
  let sent = Atomic<Int>(0)

  /// Connections open now.
  package var connectionsOpen: Int { open.load(ordering: .relaxed) }
  /// Connections since the start.
  package var connectionsAccepted: Int { accepted.load(ordering: .relaxed) }
  /// Requests answered by a handler.
  package var requests: Int { answered.load(ordering: .relaxed) }
  /// Requests refused by the server itself.
  package var rejections: Int { refused.load(ordering: .relaxed) }
  /// TLS handshakes that came to nothing.
  package var failedHandshakes: Int { handshakesFailed.load(ordering: .relaxed) }
  package var bytesReceived: Int { received.load(ordering: .relaxed) }
  package var bytesSent: Int { sent.load(ordering: .relaxed) }
}
