import Glibc

/// TLS under a socket: whoever reads and writes does so as before.
extension Socket {
  /// Bytes of the longest record (RFC 8446 §5.1).
  private static let record = 16 * 1024

  package var isSecure: Bool { tls != nil }
  /// Why the last attempt failed, where TLS says more than an errno.
  package var tlsFailure: TLSFailure? { tls?.failure }

  /// Whether the peer of a failed handshake sent HTTP instead.
  var metPlainRequest: Bool { tls?.metPlainRequest ?? false }

  /// As the client: shakes hands and checks that the peer is who it is meant to be.
  /// - Parameters:
  ///   - host: without brackets.
  ///   - isAddress: whether the host is an address.
  func startTLS(
    _ context: TLSContext, host: String, port: UInt16, isAddress: Bool, by deadline: Deadline
  ) async throws(TLSFailure) {
    guard descriptor >= 0 else { throw .closed }
    guard
      let stream = TLSStream(
        client: context, descriptor: descriptor, host: host, port: port, isAddress: isAddress)
    else { throw .refused("TLS failed: '\(host)' is no name for a server") }
    try await shakeHands(stream, by: deadline)
  }

  /// As the server.
  func startTLS(
    server context: TLSContext, by deadline: Deadline
  ) async throws(TLSFailure) {
    guard descriptor >= 0, let stream = TLSStream(server: context, descriptor: descriptor)
    else { throw .closed }
    try await shakeHands(stream, by: deadline)
  }

  private func shakeHands(
    _ stream: TLSStream, by deadline: Deadline
  ) async throws(TLSFailure) {
    tls = stream
    while descriptor >= 0 {
      let readiness: Readiness
      switch stream.handshake() {
      case .done: return
      case .end, .failed: throw stream.failure ?? .closed
      case .wantsRead:
        forgetReadable()
        readiness = await readable(by: deadline)
      case .wantsWrite:
        forgetWritable()
        readiness = await writable(by: deadline)
      }
      switch readiness {
      case .ready: continue
      case .timedOut: throw .timedOut
      case .closed: throw .closed
      }
    }
    throw .closed
  }

  /// Goes on without TLS, to answer a peer that never began it.
  func abandonTLS() { tls = nil }

  /// Says goodbye and frees what TLS holds; the descriptor must still be open.
  func endTLS() {
    tls?.sayGoodbye()
    tls = nil
  }
}

// MARK: - Attempts

extension Socket {
  func read(_ tls: TLSStream, into buffer: inout [UInt8], from start: Int) -> Attempt {
    let room = buffer.count - start
    let step = unsafe buffer.withUnsafeMutableBytes {
      unsafe tls.read(into: $0.baseAddress! + start, room)
    }
    switch step {
    case .done(let count): return .bytes(count)
    case .end: return .end
    case .failed: return .failed(Self.code(tls))
    case .wantsRead: forgetReadable()
    case .wantsWrite: readWaitsForWritable()
    }
    return .wouldBlock
  }

  /// Both parts go into one record where they fit. Whoever repeats an attempt that would have
  /// blocked must repeat it with the same bytes.
  func write(
    _ tls: TLSStream, _ first: [UInt8], _ second: [UInt8], from start: Int
  ) -> Attempt {
    let step: TLSStream.Step
    if start >= first.count {
      step = Self.write(tls, second, from: start - first.count)
    } else if second.isEmpty {
      step = Self.write(tls, first, from: start)
    } else {
      var joined = Array(first[start...].prefix(Self.record))
      joined.append(contentsOf: second.prefix(Self.record - joined.count))
      step = Self.write(tls, joined, from: 0)
    }
    switch step {
    case .done(let count): return .bytes(count)
    case .end: return .end
    case .failed: return .failed(Self.code(tls))
    case .wantsRead: writeWaitsForReadable()
    case .wantsWrite: forgetWritable()
    }
    return .wouldBlock
  }

  private static func write(_ tls: TLSStream, _ bytes: [UInt8], from start: Int) -> TLSStream.Step {
    unsafe bytes.withUnsafeBytes {
      unsafe tls.write($0.baseAddress! + start, $0.count - start)
    }
  }

  /// The errno for a failure, for those who only know these.
  private static func code(_ tls: TLSStream) -> Int32 {
    switch tls.failure {
    case .system(let code): code
    case .cutShort, .closed: ECONNRESET
    default: EPROTO
    }
  }
}
