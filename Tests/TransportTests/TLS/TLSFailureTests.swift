import Testing

@testable import Transport

/// OpenSSL's numbers in words people can act on.
@Suite struct TLSFailureTests {
  @Test(arguments: [
    (267, "wrong version number", "the other side does not speak TLS here"),
    (1070, "tlsv1 alert protocol version", "no TLS version in common: 1.2 or 1.3 is needed"),
    (1040, "sslv3 alert handshake failure", "the other side refused the TLS handshake"),
    (1112, "unrecognized name", "the other side has no certificate for this host name"),
    (1116, "tlsv13 alert certificate required", "the other side asks for a client certificate"),
    (1080, "tlsv1 alert internal error", "TLS alert from the other side: internal error"),
    (1048, "tlsv1 alert unknown ca", "the other side refused our certificate: unknown ca"),
    (999, "something new", "TLS failed: something new"),
  ])
  func `a reason becomes a sentence`(code: Int, words: String, sentence: String) {
    #expect(TLSFailure(reason: code, words: words).description == sentence)
  }

  @Test(arguments: [
    (10, "certificate has expired"), (18, "self-signed certificate"),
    (19, "unknown certificate authority: Acme CA"),
    (21, "unknown certificate authority: Acme CA; or the chain sent is not complete"),
    (23, "certificate was revoked"), (26, "certificate is not meant for servers"),
    (66, "certificate has a key or signature that is too weak"),
    (1, "certificate refused: odd"),
  ])
  func `a verdict becomes a sentence`(code: Int, sentence: String) {
    let fault = TLSCertificateFault(code: code, name: "a.test", issuer: "Acme CA", words: "odd")
    #expect(fault.description == sentence)
  }
}
