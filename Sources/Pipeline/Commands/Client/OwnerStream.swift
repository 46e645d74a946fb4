package import Transport

/// Reads an endless answer of the control socket line by line.
///
/// The request says HTTP/1.0, so the body has no framing and ends with the connection
/// (RFC 9112 §6.3): a line can be shown the moment it arrives.
package struct OwnerStream: Sendable {
  private static let lineBound = 4 << 20

  private let spool: String

  package init(spool: String) { self.spool = spool }

  package func lines(
    of target: String, on loop: EventLoop, _ body: @escaping @Sendable (String) -> Void
  ) async throws(ClientFailure) {
    let result: Result<Void, ClientFailure> = await withTaskExecutorPreference(loop) {
      await read(target, on: loop, body)
    }
    try result.get()
  }

  @concurrent
  private func read(
    _ target: String, on loop: EventLoop, _ body: @Sendable (String) -> Void
  ) async -> Result<Void, ClientFailure> {
    let socket: Socket
    do throws(SocketError) {
      let address = SocketAddress.unix(path: spool + "/control.sock")
      socket = try await Socket.connect(to: address, on: loop, by: .after(.seconds(5)))
      let request = "GET \(target) HTTP/1.0\r\nHost: localhost\r\n\r\n"
      try await socket.write(Array(request.utf8), by: .after(.seconds(5)))
    } catch {
      return .failure(explain(error))
    }
    defer { socket.close() }
    var splitter = LineSplitter(bound: Self.lineBound)
    var status: Int?
    var inHead = true
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      switch socket.tryRead(into: &buffer, from: 0) {
      case .wouldBlock: _ = await socket.readable(by: .never)
      case .end: return inHead ? .failure(cut) : .success(())
      case .failed: return .failure(cut)
      case .bytes(let count):
        for line in splitter.take(buffer[..<count]) {
          if inHead {
            status = status ?? Int(line.dropFirst(9).prefix(3))
            inHead = !line.isEmpty && line != "\r"
          } else if status == 200 {
            body(line)
          } else {
            return .failure(refusal(line))
          }
        }
      }
    }
  }

  private var cut: ClientFailure {
    ClientFailure("The server closed the connection.", .inputOutput)
  }

  private func refusal(_ line: String) -> ClientFailure {
    let detail = (try? JSONValue(parsing: line))?["detail"]?.string
    return ClientFailure(detail ?? "The server refused: \(line).")
  }

  private func explain(_ error: SocketError) -> ClientFailure {
    switch error {
    case .system(let code): ControlSocket.explain(.connectFailed(code), spool: spool)
    case .timedOut: ControlSocket.explain(.connectTimeout, spool: spool)
    case .closed: cut
    }
  }
}

/// Cuts a stream of bytes into lines, however it arrives.
package struct LineSplitter: Sendable {
  private var rest: [UInt8] = []
  private let bound: Int

  /// - Parameter bound: bytes of a line; a longer one is dropped.
  package init(bound: Int) { self.bound = bound }

  package mutating func take(_ bytes: ArraySlice<UInt8>) -> [String] {
    var lines: [String] = []
    for part in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      if part.offset > 0 {
        if rest.count <= bound { lines.append(String(decoding: rest, as: UTF8.self)) }
        rest.removeAll(keepingCapacity: true)
      }
      if rest.count <= bound { rest += part.element }
    }
    return lines
  }
}
