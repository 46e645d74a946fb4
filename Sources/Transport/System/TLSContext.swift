import Glibc

/// What the connections of one side share: certificates, rules, sessions.
///
/// Immutable once the first connection is made from it; connections keep it alive.
@safe final class TLSContext: @unchecked Sendable {
  /// SSL_FILETYPE_PEM.
  private static let pem: Int32 = 1
  /// TLS1_2_VERSION.
  private static let oldestVersion = 0x0303
  /// No renegotiation, no compression; a server chooses the cipher: SSL_OP_….
  private static let options: UInt64 = 1 << 30 | 1 << 17 | 1 << 22
  /// ENABLE_PARTIAL_WRITE, ACCEPT_MOVING_WRITE_BUFFER, RELEASE_BUFFERS: SSL_MODE_….
  private static let mode = 0x1 | 0x2 | 0x10
  /// AUTO_RETRY, which is on unless it is cleared: a peer could keep one read busy for ever.
  private static let modeCleared = 0x4
  /// TLS 1.2 with forward secrecy and authenticated encryption; 1.3 has nothing else.
  private static let serverCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20"
  /// One ticket per handshake is enough: it may be used again.
  private static let tickets = 1

  private enum Control: Int32 {
    case mode = 33
    case readAhead = 41
    case sessionCache = 44
    case clearMode = 78
    case oldestVersion = 123
  }

  let library: OpenSSL
  let handle: OpenSSL.Handle
  let sessions: TLSSessions

  /// What both sides have in common.
  /// - Parameter sessionCache: SSL_SESS_CACHE_….
  private init(
    _ library: OpenSSL, _ method: OpenSSL.Handle?, sessionCache: Int
  ) throws(TLSFailure) {
    guard let handle = unsafe library.newContext(method) else {
      throw .refused("TLS failed: \(library.reason.words)")
    }
    self.library = library
    unsafe self.handle = handle
    sessions = TLSSessions(library: library)
    set(.mode, Self.mode)
    set(.clearMode, Self.modeCleared)
    set(.readAhead, 1)
    set(.sessionCache, sessionCache)
    set(.oldestVersion, Self.oldestVersion)
    _ = unsafe library.setOptions(handle, Self.options)
  }

  /// For connections we make. Knows no roots yet.
  convenience init(client library: OpenSSL) throws(TLSFailure) {
    // For clients, without a store of OpenSSL's own.
    try unsafe self.init(library, library.clientMethod(), sessionCache: 0x1 | 0x300)
    // SSL_VERIFY_PEER.
    unsafe library.setVerify(handle, 1, TLSStream.noteIssuer)
    unsafe library.setSessionCallback(handle, TLSStream.keepSession)
    let protocols = TLSStream.http11
    _ = unsafe library.offerProtocols(handle, protocols, UInt32(protocols.count))
  }

  /// For connections we accept.
  convenience init(
    server library: OpenSSL, certificates: String, key: String
  ) throws(TLSFailure) {
    // Tickets carry the sessions; nothing is kept here.
    try unsafe self.init(library, library.serverMethod(), sessionCache: 0)
    _ = unsafe library.setTicketCount(handle, Self.tickets)
    _ = unsafe library.setSessionContext(handle, Array("scim-hris".utf8), 9)
    _ = unsafe library.setCiphers(handle, Self.serverCiphers)
    unsafe library.chooseProtocol(handle, TLSStream.chooseHTTP11, nil)
    try use(certificates: certificates, key: key)
  }

  deinit {
    sessions.removeAll()
    unsafe library.freeContext(handle)
  }

  private func set(_ control: Control, _ value: Int) {
    _ = unsafe library.controlContext(handle, control.rawValue, value, nil)
  }

  private func use(certificates: String, key: String) throws(TLSFailure) {
    // Without this OpenSSL asks on the terminal for the password of a key.
    unsafe library.setPasswordCallback(handle) { _, _, _, _ in 0 }
    for file in [certificates, key] { try Self.check(file) }
    library.clearErrors()
    guard unsafe library.useCertificates(handle, certificates) == 1 else {
      throw .file(certificates, why: "no usable certificate in PEM: \(library.reason.words)")
    }
    library.clearErrors()
    guard unsafe library.useKey(handle, key, Self.pem) == 1 else {
      let isMismatch = library.reason.words.contains("mismatch")
      throw .file(
        key,
        why: isMismatch
          ? "not the key of \(certificates)"
          : "no usable private key in PEM without a password: \(library.reason.words)")
    }
    guard unsafe library.checkKey(handle) == 1 else {
      throw .file(key, why: "not the key of \(certificates)")
    }
  }

  func addRoots(_ file: String) throws(TLSFailure) {
    try Self.check(file)
    library.clearErrors()
    guard unsafe library.loadRoots(handle, file) == 1 else {
      throw .file(file, why: "no certificates in PEM: \(library.reason.words)")
    }
  }

  /// OpenSSL's own words for a file that is not there say nothing.
  private static func check(_ file: String) throws(TLSFailure) {
    do throws(FileError) { _ = try File(file, .reading) } catch {
      throw .unreadable(file, error.code)
    }
  }

  /// Until when a server's own certificate is valid.
  var expires: Timestamp? {
    unsafe library.ownCertificate(handle).flatMap { unsafe library.expiry(of: $0) }
  }

  func addLibraryRoots() { _ = unsafe library.useDefaultRoots(handle) }
}
