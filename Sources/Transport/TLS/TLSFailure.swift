/// Why there is no TLS connection, or no more; in words for ledgers, logs and people.
package enum TLSFailure: Error, Sendable, Hashable {
  /// OpenSSL is not on this machine.
  case noLibrary
  /// There is no root certificate to judge by; the option that names one.
  case noAuthorities(option: String)
  /// A file with certificates or a key cannot be read; the number is an errno.
  case unreadable(String, Int32)
  /// What is in such a file cannot be used, and why.
  case file(String, why: String)
  /// The peer's certificate is refused.
  case certificate(TLSCertificateFault)
  /// The peer said, or did, what leads to no connection.
  case refused(String)
  /// The handshake took too long.
  case timedOut
  /// The connection was closed inside the handshake.
  case closed
  /// The connection ended without TLS's own goodbye: what came may not be all (RFC 8446 §6.1).
  case cutShort
  /// The number is an errno.
  case system(Int32)
}

/// What is wrong with a certificate. Text of the certificate's own is shortened and printable.
package enum TLSCertificateFault: Error, Sendable, Hashable {
  case hostname(String)
  case address(String)
  case expired
  case notYetValid
  case selfSigned
  /// - Parameter isComplete: whether the chain ends in a root we do not know, or before one.
  case unknownAuthority(String?, isComplete: Bool)
  case revoked
  case wrongPurpose
  case tooWeak
  case other(String)
}

extension TLSFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noLibrary: "https needs OpenSSL's \(OpenSSL.name), which is not on this machine"
    case .noAuthorities(let option):
      "no CA certificates on this machine: install ca-certificates or give \(option) FILE"
    case .unreadable(let path, let code): "\(path): \(SystemErrorText.describe(code))"
    case .file(let path, let why): "\(path): \(why)"
    case .certificate(let fault): fault.description
    case .refused(let words): words
    case .timedOut: "TLS handshake not finished within the time allowed"
    case .closed: "the connection was closed during the TLS handshake"
    case .cutShort: "the connection was cut without a TLS close"
    case .system(let code): SystemErrorText.describe(code) + " during the TLS handshake"
    }
  }
}

extension TLSCertificateFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .hostname(let name): "hostname mismatch: the certificate is not for \(name)"
    case .address(let address): "hostname mismatch: the certificate is not for \(address)"
    case .expired: "certificate has expired"
    case .notYetValid: "certificate is not yet valid"
    case .selfSigned: "self-signed certificate"
    case .unknownAuthority(let name, let isComplete):
      "unknown certificate authority: \(name ?? "without a name")"
        + (isComplete ? "" : "; or the chain sent is not complete")
    case .revoked: "certificate was revoked"
    case .wrongPurpose: "certificate is not meant for servers"
    case .tooWeak: "certificate has a key or signature that is too weak"
    case .other(let words): "certificate refused: \(words)"
    }
  }
}
