import Glibc

/// OpenSSL as this machine has it, opened at run time: the binary neither links nor needs it.
///
/// Only functions with a fixed number of arguments; what OpenSSL's headers call by macros are
/// `control` calls. Its functions may be called from any thread, one thread at a time per object.
@safe package final class OpenSSL: @unchecked Sendable {
  package static let name = "libssl.so.3"
  /// Names another file than the loader would find.
  package static let variable = "SCIM_HRIS_LIBSSL"

  /// Opened once, when TLS is first asked for; nil where it is not, or lacks a function.
  package static let shared: OpenSSL? = {
    let named = ProcessEnvironment.variables[variable] ?? ""
    return try? OpenSSL(named.isEmpty ? name : named)
  }()

  /// A library or a function that is not there.
  struct Missing: Error {
    let what: String
  }

  typealias Handle = OpaquePointer
  typealias Text = UnsafePointer<CChar>
  typealias VerifyCallback = @convention(c) (Int32, Handle?) -> Int32
  typealias SessionCallback = @convention(c) (Handle?, Handle?) -> Int32
  typealias PasswordCallback =
    @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32
  typealias ProtocolCallback =
    @convention(c) (
      Handle?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?,
      UnsafePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?
    ) -> Int32

  // Contexts.
  let clientMethod: @convention(c) () -> Handle?
  let serverMethod: @convention(c) () -> Handle?
  let newContext: @convention(c) (Handle?) -> Handle?
  let freeContext: @convention(c) (Handle) -> Void
  let controlContext: @convention(c) (Handle, Int32, Int, UnsafeMutableRawPointer?) -> Int
  let setOptions: @convention(c) (Handle, UInt64) -> UInt64
  let setCiphers: @convention(c) (Handle, Text) -> Int32
  let setVerify: @convention(c) (Handle, Int32, VerifyCallback?) -> Void
  let useDefaultRoots: @convention(c) (Handle) -> Int32
  let loadRoots: @convention(c) (Handle, Text) -> Int32
  let defaultRootFile: @convention(c) () -> Text?
  let defaultRootDirectory: @convention(c) () -> Text?
  let useCertificates: @convention(c) (Handle, Text) -> Int32
  let useKey: @convention(c) (Handle, Text, Int32) -> Int32
  let checkKey: @convention(c) (Handle) -> Int32
  let ownCertificate: @convention(c) (Handle) -> Handle?
  let notAfter: @convention(c) (Handle) -> Handle?
  let brokenDown: @convention(c) (Handle, UnsafeMutablePointer<tm>) -> Int32
  let setPasswordCallback: @convention(c) (Handle, PasswordCallback?) -> Void
  let offerProtocols: @convention(c) (Handle, UnsafePointer<UInt8>, UInt32) -> Int32
  let chooseProtocol: @convention(c) (Handle, ProtocolCallback?, UnsafeMutableRawPointer?) -> Void
  let setSessionCallback: @convention(c) (Handle, SessionCallback?) -> Void
  let setTicketCount: @convention(c) (Handle, Int) -> Int32
  let setSessionContext: @convention(c) (Handle, UnsafePointer<UInt8>, UInt32) -> Int32

  // Connections.
  let new: @convention(c) (Handle) -> Handle?
  let free: @convention(c) (Handle) -> Void
  let setDescriptor: @convention(c) (Handle, Int32) -> Int32
  let setConnecting: @convention(c) (Handle) -> Void
  let setAccepting: @convention(c) (Handle) -> Void
  let handshake: @convention(c) (Handle) -> Int32
  let read: @convention(c) (Handle, UnsafeMutableRawPointer, Int32) -> Int32
  let write: @convention(c) (Handle, UnsafeRawPointer, Int32) -> Int32
  let shutdown: @convention(c) (Handle) -> Int32
  let outcome: @convention(c) (Handle, Int32) -> Int32
  let control: @convention(c) (Handle, Int32, Int, UnsafeMutableRawPointer?) -> Int
  let expectHost: @convention(c) (Handle, Text) -> Int32
  let setHostFlags: @convention(c) (Handle, UInt32) -> Void
  let parameters: @convention(c) (Handle) -> Handle?
  let expectAddress: @convention(c) (Handle, Text) -> Int32
  let setData: @convention(c) (Handle, Int32, UnsafeMutableRawPointer?) -> Int32
  let data: @convention(c) (Handle, Int32) -> UnsafeMutableRawPointer?
  let setSession: @convention(c) (Handle, Handle) -> Int32
  let isSessionReused: @convention(c) (Handle) -> Int32
  let freeSession: @convention(c) (Handle) -> Void
  let verdict: @convention(c) (Handle) -> Int
  let version: @convention(c) (Handle) -> Text?
  let peerChain: @convention(c) (Handle) -> Handle?
  let chainCount: @convention(c) (Handle) -> Int32
  let chainElement: @convention(c) (Handle, Int32) -> Handle?

  // Certificates and errors.
  let connectionIndex: @convention(c) () -> Int32
  let checkedConnection: @convention(c) (Handle, Int32) -> Handle?
  let checkedCertificate: @convention(c) (Handle) -> Handle?
  let issuer: @convention(c) (Handle) -> Handle?
  let nameEntry: @convention(c) (Handle, Int32, UnsafeMutablePointer<CChar>, Int32) -> Int32
  let verdictText: @convention(c) (Int) -> Text?
  let clearErrors: @convention(c) () -> Void
  let firstError: @convention(c) () -> UInt
  let reasonText: @convention(c) (UInt) -> Text?

  /// - Parameter file: a name the loader looks for, or a path. What libssl itself needs, libcrypto,
  ///   comes with it.
  init(_ file: String) throws(Missing) {
    guard let library = unsafe dlopen(file, RTLD_NOW | RTLD_LOCAL) else {
      throw Missing(what: file)
    }
    func find<T>(_ name: String) throws(Missing) -> T {
      guard let symbol = unsafe dlsym(library, name) else { throw Missing(what: name) }
      return unsafe unsafeBitCast(symbol, to: T.self)
    }
    unsafe clientMethod = try find("TLS_client_method")
    unsafe serverMethod = try find("TLS_server_method")
    unsafe newContext = try find("SSL_CTX_new")
    unsafe freeContext = try find("SSL_CTX_free")
    unsafe controlContext = try find("SSL_CTX_ctrl")
    unsafe setOptions = try find("SSL_CTX_set_options")
    unsafe setCiphers = try find("SSL_CTX_set_cipher_list")
    unsafe setVerify = try find("SSL_CTX_set_verify")
    unsafe useDefaultRoots = try find("SSL_CTX_set_default_verify_paths")
    unsafe loadRoots = try find("SSL_CTX_load_verify_file")
    unsafe defaultRootFile = try find("X509_get_default_cert_file")
    unsafe defaultRootDirectory = try find("X509_get_default_cert_dir")
    unsafe useCertificates = try find("SSL_CTX_use_certificate_chain_file")
    unsafe useKey = try find("SSL_CTX_use_PrivateKey_file")
    unsafe checkKey = try find("SSL_CTX_check_private_key")
    unsafe ownCertificate = try find("SSL_CTX_get0_certificate")
    unsafe notAfter = try find("X509_get0_notAfter")
    unsafe brokenDown = try find("ASN1_TIME_to_tm")
    unsafe setPasswordCallback = try find("SSL_CTX_set_default_passwd_cb")
    unsafe offerProtocols = try find("SSL_CTX_set_alpn_protos")
    unsafe chooseProtocol = try find("SSL_CTX_set_alpn_select_cb")
    unsafe setSessionCallback = try find("SSL_CTX_sess_set_new_cb")
    unsafe setTicketCount = try find("SSL_CTX_set_num_tickets")
    unsafe setSessionContext = try find("SSL_CTX_set_session_id_context")
    unsafe new = try find("SSL_new")
    unsafe free = try find("SSL_free")
    unsafe setDescriptor = try find("SSL_set_fd")
    unsafe setConnecting = try find("SSL_set_connect_state")
    unsafe setAccepting = try find("SSL_set_accept_state")
    unsafe handshake = try find("SSL_do_handshake")
    unsafe read = try find("SSL_read")
    unsafe write = try find("SSL_write")
    unsafe shutdown = try find("SSL_shutdown")
    unsafe outcome = try find("SSL_get_error")
    unsafe control = try find("SSL_ctrl")
    unsafe expectHost = try find("SSL_set1_host")
    unsafe setHostFlags = try find("SSL_set_hostflags")
    unsafe parameters = try find("SSL_get0_param")
    unsafe expectAddress = try find("X509_VERIFY_PARAM_set1_ip_asc")
    unsafe setData = try find("SSL_set_ex_data")
    unsafe data = try find("SSL_get_ex_data")
    unsafe setSession = try find("SSL_set_session")
    unsafe isSessionReused = try find("SSL_session_reused")
    unsafe freeSession = try find("SSL_SESSION_free")
    unsafe verdict = try find("SSL_get_verify_result")
    unsafe version = try find("SSL_get_version")
    unsafe peerChain = try find("SSL_get_peer_cert_chain")
    unsafe chainCount = try find("OPENSSL_sk_num")
    unsafe chainElement = try find("OPENSSL_sk_value")
    connectionIndex = try find("SSL_get_ex_data_X509_STORE_CTX_idx")
    unsafe checkedConnection = try find("X509_STORE_CTX_get_ex_data")
    unsafe checkedCertificate = try find("X509_STORE_CTX_get_current_cert")
    unsafe issuer = try find("X509_get_issuer_name")
    unsafe nameEntry = try find("X509_NAME_get_text_by_NID")
    unsafe verdictText = try find("X509_verify_cert_error_string")
    clearErrors = try find("ERR_clear_error")
    firstError = try find("ERR_peek_error")
    unsafe reasonText = try find("ERR_reason_error_string")
    let initialize: @convention(c) (UInt64, OpaquePointer?) -> Int32 =
      unsafe try find("OPENSSL_init_crypto")
    // Without its atexit handler: loops still run when the process ends.
    guard initialize(Self.initWithoutExit, nil) == 1 else {
      throw Missing(what: "OPENSSL_init_crypto")
    }
  }

  /// OPENSSL_INIT_NO_ATEXIT.
  private static let initWithoutExit: UInt64 = 0x0008_0000

  /// Where it looks for root certificates unless it is told otherwise.
  var rootFile: String { unsafe string(defaultRootFile()) ?? "" }
  var rootDirectory: String { unsafe string(defaultRootDirectory()) ?? "" }

  /// What went wrong first in the last call on this thread: SSL_R_… or another library's reason.
  var reason: (code: Int, words: String) {
    let code = firstError()
    // ERR_GET_REASON.
    return unsafe (Int(code & 0x7F_FFFF), string(reasonText(code)) ?? "without a reason")
  }

  /// Until when a certificate is valid.
  func expiry(of certificate: Handle) -> Timestamp? {
    var parts = unsafe tm()
    guard let time = unsafe notAfter(certificate), unsafe brokenDown(time, &parts) == 1 else {
      return nil
    }
    return unsafe Timestamp(milliseconds: Int64(timegm(&parts)) * 1000)
  }

  func string(_ text: Text?) -> String? { unsafe text.map { unsafe String(cString: $0) } }
}
