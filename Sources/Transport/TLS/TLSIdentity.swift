import Synchronization

/// Who a server is: its certificates and key, read from files and read again when they change.
///
/// Connections keep what they began with; new ones get what was read last.
package final class TLSIdentity: Sendable {
  /// PEM: the server's own certificate first, then those between it and the root.
  package let certificates: String
  /// PEM, without a password.
  package let key: String
  private let library: OpenSSL
  private let current: Mutex<TLSContext>

  /// Blocks.
  package convenience init(certificates: String, key: String) throws(TLSFailure) {
    try self.init(certificates: certificates, key: key, library: .shared)
  }

  init(certificates: String, key: String, library: OpenSSL?) throws(TLSFailure) {
    guard let library else { throw .noLibrary }
    self.certificates = certificates
    self.key = key
    self.library = library
    current = Mutex(try TLSContext(server: library, certificates: certificates, key: key))
  }

  /// Reads the files again; when they cannot be used all stays as it is. Blocks.
  package func reload() throws(TLSFailure) {
    let context = try TLSContext(server: library, certificates: certificates, key: key)
    current.withLock { $0 = context }
  }

  /// When the certificate in force runs out.
  package var expires: Timestamp? { context.expires }

  var context: TLSContext { current.withLock { $0 } }
}
