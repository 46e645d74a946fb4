import Glibc

/// What a server shows in a TLS handshake that went well, for whoever looks for what may go wrong.
package struct TLSInspection: Sendable, Equatable {
  /// "TLSv1.3".
  package var version: String
  /// Certificates it sent, its own included.
  package var certificates: Int
  /// Seconds until its own certificate runs out.
  package var secondsLeft: Int

  package enum Failure: Error, Sendable {
    case connect(SocketError)
    case tls(TLSFailure)
  }

  package init(version: String, certificates: Int, secondsLeft: Int) {
    self.version = version
    self.certificates = certificates
    self.secondsLeft = secondsLeft
  }

  /// Connects, shakes hands, looks, and closes.
  /// - Parameters:
  ///   - url: whose host the certificate must be for.
  ///   - trust: one that was used for no other connection: a session that goes on shows nothing.
  package static func look(
    at url: HTTPURL, through address: IPAddress, trust: TLSTrust, on loop: EventLoop,
    by deadline: Deadline
  ) async -> Result<TLSInspection, Failure> {
    // A task of its own: optimized code otherwise stays with a caller on the main actor.
    await withTaskGroup(of: Result<TLSInspection, Failure>.self) { group in
      group.addTask(executorPreference: loop) {
        await lookOnLoop(at: url, through: address, trust: trust, on: loop, by: deadline)
      }
      return await group.next() ?? .failure(.connect(.closed))
    }
  }

  @concurrent
  private static func lookOnLoop(
    at url: HTTPURL, through address: IPAddress, trust: TLSTrust, on loop: EventLoop,
    by deadline: Deadline
  ) async -> Result<TLSInspection, Failure> {
    let socket: Socket
    do throws(SocketError) {
      socket = try await Socket.connect(
        to: .ip(address, port: url.port), on: loop, by: deadline)
    } catch {
      return .failure(.connect(error))
    }
    defer { socket.close() }
    do throws(TLSFailure) {
      let context = try await trust.context()
      try await socket.startTLS(
        context, host: url.host, port: url.port, isAddress: url.address != nil, by: deadline)
      guard let stream = socket.tls, let reader = TLSCertificateReader() else {
        throw TLSFailure.noLibrary
      }
      return .success(reader.look(at: stream))
    } catch {
      return .failure(.tls(error))
    }
  }
}

/// The functions of OpenSSL that only a look at certificates needs.
@safe private struct TLSCertificateReader {
  private typealias Handle = OpenSSL.Handle

  private let chain: @convention(c) (Handle) -> Handle?
  private let count: @convention(c) (Handle) -> Int32
  private let element: @convention(c) (Handle, Int32) -> Handle?
  private let end: @convention(c) (Handle) -> Handle?
  private let difference:
    @convention(c) (
      UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, Handle?, Handle
    ) -> Int32

  /// Nil where OpenSSL is not, or lacks one of them.
  init?() {
    let named = ProcessEnvironment.variables[OpenSSL.variable] ?? ""
    guard OpenSSL.shared != nil,
      let library = unsafe dlopen(named.isEmpty ? OpenSSL.name : named, RTLD_NOW | RTLD_LOCAL),
      let chain = unsafe dlsym(library, "SSL_get_peer_cert_chain"),
      let count = unsafe dlsym(library, "OPENSSL_sk_num"),
      let element = unsafe dlsym(library, "OPENSSL_sk_value"),
      let end = unsafe dlsym(library, "X509_get0_notAfter"),
      let difference = unsafe dlsym(library, "ASN1_TIME_diff")
    else { return nil }
    unsafe self.chain = unsafeBitCast(chain, to: (@convention(c) (Handle) -> Handle?).self)
    unsafe self.count = unsafeBitCast(count, to: (@convention(c) (Handle) -> Int32).self)
    unsafe self.element = unsafeBitCast(
      element, to: (@convention(c) (Handle, Int32) -> Handle?).self)
    unsafe self.end = unsafeBitCast(end, to: (@convention(c) (Handle) -> Handle?).self)
    unsafe self.difference = unsafeBitCast(
      difference,
      to: (@convention(c) (
        UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, Handle?, Handle
      ) -> Int32).self)
  }

  func look(at stream: TLSStream) -> TLSInspection {
    var found = TLSInspection(version: stream.version, certificates: 0, secondsLeft: 0)
    // The chain, its certificates and their times belong to the connection.
    guard let sent = unsafe chain(stream.handle) else { return found }
    found.certificates = unsafe Int(count(sent))
    guard found.certificates > 0, let own = unsafe element(sent, 0), let time = unsafe end(own)
    else { return found }
    var (days, seconds): (Int32, Int32) = (0, 0)
    // From nil: from now.
    if unsafe difference(&days, &seconds, nil, time) == 1 {
      found.secondsLeft = Int(days) * 86_400 + Int(seconds)
    }
    return found
  }
}
