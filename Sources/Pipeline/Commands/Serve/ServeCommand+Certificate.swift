import Transport

/// What a server with a certificate of its own tells about it, and how it takes a new one.
extension ServeCommand {
  /// From then on a start and a reload warn.
  private static let warned: Int64 = 14 * 86_400

  /// Takes the certificate as it is now. False when a hang-up means what it always means: there is
  /// no certificate, or the terminal is gone.
  func reloads(_ server: Server) async -> Bool {
    guard let identity = server.identity, !isTerminal || Terminal.isTerminal() else {
      return false
    }
    let log = log
    await server.onDisk {
      do throws(TLSFailure) {
        try identity.reload()
        log.info(
          "certificate read again",
          ["file": identity.certificates, "until": identity.expires?.description ?? "?"])
      } catch {
        log.error("the certificate stays as it was", ["why": error])
      }
    }
    warnOfExpiry(server)
    return true
  }

  func warnOfExpiry(_ server: Server) {
    guard let identity = server.identity, let end = identity.expires else { return }
    let left = end.seconds - Timestamp.now.seconds
    guard left < Self.warned else { return }
    log.warning(
      left < 0 ? "the certificate has expired" : "the certificate expires soon",
      ["file": identity.certificates, "until": end])
  }
}
