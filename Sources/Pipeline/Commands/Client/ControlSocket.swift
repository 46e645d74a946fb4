import Glibc
package import Transport

/// The owner's way in: what it means when the socket in the spool cannot be reached.
package enum ControlSocket {
  package static func explain(_ error: HTTPClientError, spool: String) -> ClientFailure {
    switch error {
    case .connectFailed(ENOENT), .connectFailed(ECONNREFUSED), .connectFailed(ENOTDIR):
      ClientFailure(
        "No server runs on the spool \(spool). Start one with `scim-hris`, or name another spool"
          + " with --spool.", .inputOutput)
    case .connectFailed(EACCES), .connectFailed(EPERM):
      ClientFailure(
        "The spool \(spool) belongs to \(owner(of: spool)). Try: sudo -u \(owner(of: spool))"
          + " scim-hris …", .permission)
    default: ClientFailure("The control socket of \(spool) failed: \(error).", .inputOutput)
    }
  }

  /// The owner as sudo takes it.
  private static func owner(of spool: String) -> String {
    let status = try? FileSystem.status(spool)
    return (status ?? nil).map { AccountName.forSudo($0.owner) } ?? "another user"
  }
}
