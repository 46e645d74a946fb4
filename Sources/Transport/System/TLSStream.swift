import Glibc

/// One TLS connection over one descriptor: what `Socket` calls in place of `read` and `write`.
///
/// Loop only. After a failure nothing more is said to the peer; OpenSSL forbids it.
@safe final class TLSStream {
  /// How one call ended.
  enum Step {
    case done(Int)
    case wantsRead
    case wantsWrite
    /// The peer said goodbye.
    case end
    case failed
  }

  private enum Outcome: Int32 {
    case library = 1
    case wantsRead = 2
    case wantsWrite = 3
    case system = 5
    case end = 6
  }

  /// SSL_CTRL_SET_TLSEXT_HOSTNAME.
  private static let setServerName: Int32 = 55
  /// X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS.
  private static let hostFlags: UInt32 = 0x4
  /// Buffers of records without a byte for us, tickets and new keys, that may follow one another.
  private static let fruitlessReads = 32

  let context: TLSContext
  let handle: OpenSSL.Handle
  /// Whom the certificate must be for; empty on a server.
  private let name: String
  private let sessionKey: String?
  /// When the certificate behind the session that was offered was looked at.
  private var offeredSince: Deadline?
  /// Who signed the certificate at which a check stopped.
  var issuer: String?
  private(set) var isEstablished = false
  private(set) var isSessionReused = false
  /// Why the last call failed.
  private(set) var failure: TLSFailure?
  private var fruitlessReads = 0
  /// The peer sent a request without TLS.
  private(set) var metPlainRequest = false

  private var library: OpenSSL { context.library }

  /// - Parameters:
  ///   - host: the name in the URL, or the address it is.
  ///   - isAddress: whether the host is one; then there is no server name to send.
  init?(client context: TLSContext, descriptor: Int32, host: String, port: UInt16, isAddress: Bool)
  {
    guard let handle = unsafe context.library.new(context.handle) else { return nil }
    self.context = context
    unsafe self.handle = handle
    name = host.hasSuffix(".") ? String(host.dropLast()) : host
    sessionKey = "\(name):\(port)"
    guard unsafe library.setDescriptor(handle, descriptor) == 1, expect(isAddress: isAddress)
    else { return nil }
    adopt()
    unsafe library.setConnecting(handle)
    offeredSince = sessionKey.flatMap { unsafe context.sessions.offer(to: handle, for: $0) }
  }

  init?(server context: TLSContext, descriptor: Int32) {
    guard let handle = unsafe context.library.new(context.handle) else { return nil }
    self.context = context
    unsafe self.handle = handle
    (name, sessionKey) = ("", nil)
    guard unsafe library.setDescriptor(handle, descriptor) == 1 else { return nil }
    adopt()
    unsafe library.setAccepting(handle)
  }

  deinit { unsafe library.free(handle) }

  private func expect(isAddress: Bool) -> Bool {
    guard let parameters = unsafe library.parameters(handle) else { return false }
    if isAddress { return unsafe library.expectAddress(parameters, name) == 1 }
    unsafe library.setHostFlags(handle, Self.hostFlags)
    var text = Array(name.utf8CString)
    let sent = unsafe text.withUnsafeMutableBytes {
      unsafe library.control(handle, Self.setServerName, 0, $0.baseAddress)
    }
    return unsafe sent == 1 && library.expectHost(handle, name) == 1
  }

  /// Lets callbacks find this object. It frees the connection, so it outlives every callback.
  private func adopt() {
    _ = unsafe library.setData(handle, 0, Unmanaged.passUnretained(self).toOpaque())
  }

  /// "TLSv1.3".
  var version: String { unsafe library.string(library.version(handle)) ?? "" }

  func keep(_ session: OpenSSL.Handle) -> Bool {
    guard let sessionKey else { return false }
    let isResumed = unsafe library.isSessionReused(handle) == 1
    let since = isResumed ? offeredSince ?? .now : .now
    unsafe context.sessions.keep(session, for: sessionKey, since: since)
    return true
  }
}

// MARK: - Calls

extension TLSStream {
  func handshake() -> Step {
    library.clearErrors()
    let step = unsafe judge(library.handshake(handle))
    switch step {
    case .done:
      isEstablished = true
      isSessionReused = unsafe library.isSessionReused(handle) == 1
      if isSessionReused { context.sessions.noteReuse() }
    case .failed, .end: if let sessionKey { context.sessions.forget(sessionKey) }
    case .wantsRead, .wantsWrite: break
    }
    return step
  }

  /// - Parameter room: at least one byte.
  func read(into place: UnsafeMutableRawPointer, _ room: Int) -> Step {
    while true {
      library.clearErrors()
      errno = 0
      let result = unsafe library.read(handle, place, Int32(clamping: room))
      let code = errno
      let step = judge(result)
      guard case .wantsRead = step, code != EAGAIN else {
        if case .done = step { fruitlessReads = 0 }
        return step
      }
      // What came was none of our business, and perhaps there is more.
      fruitlessReads += 1
      if fruitlessReads > Self.fruitlessReads {
        failure = .refused("the other side sends TLS messages without end")
        return .failed
      }
    }
  }

  /// Takes at most one record's worth, 16 KiB.
  func write(_ bytes: UnsafeRawPointer, _ count: Int) -> Step {
    library.clearErrors()
    return unsafe judge(library.write(handle, bytes, Int32(clamping: count)))
  }

  /// Says goodbye as far as the kernel takes it now.
  func sayGoodbye() {
    guard isEstablished, failure == nil else { return }
    library.clearErrors()
    _ = unsafe library.shutdown(handle)
    library.clearErrors()
  }

  private func judge(_ result: Int32) -> Step {
    if result > 0 { return .done(Int(result)) }
    let code = errno
    switch unsafe Outcome(rawValue: library.outcome(handle, result)) {
    case .wantsRead: return .wantsRead
    case .wantsWrite: return .wantsWrite
    case .end where isEstablished: return .end
    case .end: failure = .closed
    case .system:
      failure = code == 0 ? (isEstablished ? .cutShort : .closed) : .system(code)
    case .library, nil: failure = reason()
    }
    return .failed
  }

  private func reason() -> TLSFailure {
    let (code, words) = library.reason
    if code == TLSFailure.verifyFailed {
      let verdict = unsafe library.verdict(handle)
      return .certificate(
        TLSCertificateFault(
          code: verdict, name: name, issuer: issuer,
          words: unsafe library.string(library.verdictText(verdict)) ?? words))
    }
    if code == TLSFailure.unexpectedEnd { return isEstablished ? .cutShort : .closed }
    metPlainRequest = TLSFailure.plainRequest.contains(code)
    return TLSFailure(reason: code, words: words)
  }
}
