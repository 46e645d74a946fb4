import Synchronization

/// Whom a client believes: the machine's certificate authorities, and those of files it was given.
///
/// Holds what connections share: the roots, read once, and the sessions that spare the next
/// connection to a host half of its handshake.
package final class TLSTrust: Sendable {
  /// Where a machine keeps its roots.
  struct Roots: Sendable {
    /// OpenSSL's own places, and SSL_CERT_FILE and SSL_CERT_DIR.
    var usesLibraryPaths = true
    /// The first one that is there counts.
    var bundles = [
      "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Arch, Alpine
      "/etc/pki/tls/certs/ca-bundle.crt",  // Fedora, RHEL 6 and later
      "/etc/ssl/ca-bundle.pem",  // openSUSE
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // CentOS, RHEL 7 and later
      "/etc/ssl/cert.pem",  // Alpine, BSD
    ]
  }

  private let files: [String]
  private let option: String
  private let roots: Roots
  private let library: @Sendable () -> OpenSSL?
  private let ready = Mutex<TLSContext?>(nil)
  /// Held while the roots are read, so that they are read once.
  private let reading = Mutex(())

  /// - Parameters:
  ///   - files: certificates in PEM that are believed besides the machine's.
  ///   - option: what a person would name such a file with.
  package convenience init(files: [String] = [], option: String = "--webhook-ca") {
    self.init(files: files, option: option, roots: Roots(), library: .shared)
  }

  /// - Parameter library: opened when the first connection needs it.
  init(
    files: [String], option: String, roots: Roots,
    library: @escaping @autoclosure @Sendable () -> OpenSSL?
  ) {
    self.files = files
    self.option = option
    self.roots = roots
    self.library = library
  }

  /// Connections made with the session of an earlier one.
  package var sessionsReused: Int { ready.withLock { $0?.sessions.reused } ?? 0 }

  /// Reads the files now, so that what is wrong with them is known. Blocks.
  package func check() throws(TLSFailure) { _ = try read() }

  func context() async throws(TLSFailure) -> TLSContext {
    if let made = ready.withLock({ $0 }) { return made }
    // The library and some 140 certificates take their time, and a loop has none.
    let thread = BlockingThread(name: "tls")
    defer { thread.stop() }
    return try await thread.run { () throws(TLSFailure) in try self.read() }
  }

  private func read() throws(TLSFailure) -> TLSContext {
    guard let library = library() else { throw .noLibrary }
    return try reading.withLock { _ throws(TLSFailure) in
      if let made = ready.withLock({ $0 }) { return made }
      let made = try make(library)
      ready.withLock { $0 = made }
      return made
    }
  }

  private func make(_ library: OpenSSL) throws(TLSFailure) -> TLSContext {
    let context = try TLSContext(client: library)
    for file in files { try context.addRoots(file) }
    let hasOwn = !files.isEmpty
    let hasSystem = addSystemRoots(to: context, library)
    guard hasOwn || hasSystem else { throw .noAuthorities(option: option) }
    return context
  }

  /// False when there is none. Files that others may break are no reason to stop: whoever needs
  /// them is refused in words.
  private func addSystemRoots(to context: TLSContext, _ library: OpenSSL) -> Bool {
    var found = false
    var isOverruled = false
    if roots.usesLibraryPaths {
      let variables = ProcessEnvironment.variables
      isOverruled = variables["SSL_CERT_FILE"] != nil
      let file = variables["SSL_CERT_FILE"] ?? library.rootFile
      let folder = variables["SSL_CERT_DIR"] ?? library.rootDirectory
      found = exists(file) || holdsSomething(folder)
      context.addLibraryRoots()
    }
    if isOverruled { return found }
    for bundle in roots.bundles where exists(bundle) {
      if (try? context.addRoots(bundle)) != nil { return true }
    }
    return found
  }

  private func exists(_ path: String) -> Bool {
    !path.isEmpty && ((try? FileSystem.status(path)) ?? nil) != nil
  }

  private func holdsSomething(_ folder: String) -> Bool {
    folder.split(separator: ":").contains { part in
      ((try? FileSystem.list(String(part))) ?? []).isEmpty == false
    }
  }
}
