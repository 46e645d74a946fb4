import Synchronization

/// The handshake between accept and the first request.
extension HTTPAcceptor {
  private static let plainAnswer: [UInt8] = {
    let text = "This port speaks https; this was a request without TLS.\n"
    let head = [
      "HTTP/1.1 400 Bad Request", "Content-Type: text/plain; charset=utf-8",
      "Content-Length: \(text.utf8.count)", "Connection: close", "", text,
    ]
    return Array(head.joined(separator: "\r\n").utf8)
  }()

  /// False when the connection is to be closed. Until it is through, it may be closed for a newcomer
  /// like any that has not asked for anything.
  func shakesHands(_ handle: HTTPConnectionHandle) async -> Bool {
    guard let identity else { return true }
    let socket = handle.socket
    let now = socket.loop.now
    handle.becameIdle(at: now)
    defer { handle.becameBusy() }
    do throws(TLSFailure) {
      try await socket.startTLS(
        server: identity.context,
        by: now.advanced(by: server.configuration.handshakeDeadline))
      return true
    } catch {
      server.statistics.handshakesFailed.add(1, ordering: .relaxed)
      if socket.metPlainRequest { await answerPlainly(socket) }
      return false
    }
  }

  /// In the words the peer understands, then its last bytes are dropped: closing with unread bytes
  /// would take the answer back.
  private func answerPlainly(_ socket: Socket) async {
    socket.abandonTLS()
    let deadline = socket.loop.now.advanced(by: server.configuration.lingerDeadline)
    do throws(SocketError) {
      try await socket.write(Self.plainAnswer, by: deadline)
    } catch { return }
    socket.shutdownWriting()
    var dropped = [UInt8](repeating: 0, count: 4096)
    while true {
      switch socket.tryRead(into: &dropped, from: 0) {
      case .bytes: continue
      case .end, .failed: return
      case .wouldBlock: guard await socket.readable(by: deadline) == .ready else { return }
      }
    }
  }
}
