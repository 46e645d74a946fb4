/// OpenSSL's numbers as facts; its own words are kept where ours would be no better.
extension TLSCertificateFault {
  /// - Parameters:
  ///   - code: X509_V_ERR_….
  ///   - name: whom the certificate had to be for.
  ///   - issuer: who signed the certificate at which the check stopped.
  init(code: Int, name: String, issuer: String?, words: String) {
    self =
      switch code {
      case 62: .hostname(name)
      case 64: .address(name)
      case 10: .expired
      case 9: .notYetValid
      case 18: .selfSigned
      case 19: .unknownAuthority(issuer, isComplete: true)
      case 2, 20, 21: .unknownAuthority(issuer, isComplete: false)
      case 23: .revoked
      case 26: .wrongPurpose
      case 66, 67, 68: .tooWeak
      default: .other(words)
      }
  }
}

extension TLSFailure {
  /// SSL_R_CERTIFICATE_VERIFY_FAILED.
  static let verifyFailed = 134
  /// SSL_R_UNEXPECTED_EOF_WHILE_READING.
  static let unexpectedEnd = 294
  /// SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST: a request without TLS.
  static let plainRequest = 155...156
  /// What lies above is an alert of the peer's.
  private static let firstAlert = 1000

  /// - Parameters:
  ///   - reason: SSL_R_….
  ///   - words: OpenSSL's own for it.
  init(reason: Int, words: String) {
    self =
      switch reason {
      case Self.unexpectedEnd: .closed
      case 267, 155, 156, 198, 240, 244: .refused("the other side does not speak TLS here")
      case 166, 191, 258, 396, 1070:
        .refused("no TLS version in common: 1.2 or 1.3 is needed")
      case 193: .refused("no TLS cipher in common")
      case 1040: .refused("the other side refused the TLS handshake")
      case 1112: .refused("the other side has no certificate for this host name")
      case 1116: .refused("the other side asks for a client certificate")
      case 1042...1046, 1048:
        .refused("the other side refused our certificate: \(Self.alert(words))")
      case 1120, 235: .refused("the other side does not speak HTTP/1.1 over TLS")
      case Self.firstAlert...: .refused("TLS alert from the other side: \(Self.alert(words))")
      default: .refused("TLS failed: \(words)")
      }
  }

  /// "tlsv1 alert internal error" → "internal error".
  private static func alert(_ words: String) -> String {
    guard let mark = words.range(of: "alert ") else { return words }
    return String(words[mark.upperBound...])
  }
}

extension String {
  /// The first place where `other` stands.
  fileprivate func range(of other: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(other) { return start..<index(start, offsetBy: other.count) }
      start = index(after: start)
    }
    return nil
  }
}
