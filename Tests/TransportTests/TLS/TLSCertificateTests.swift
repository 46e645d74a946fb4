import TestSupport
import Testing

@testable import Transport

/// Who is believed, and in which words the others are refused.
@Suite(.timeLimit(.minutes(5)))
struct TLSCertificateTests {
  private func error(
    of kind: TestCertificates.Kind, host: String = "localhost", trust: TLSTrust = .testing()
  ) async throws -> HTTPClientError? {
    try await withTLSServer(kind) { server, port, loop in
      fault(of: try await fetch("https://\(host):\(port)/", trust: trust, on: loop))
    }
  }

  @Test(arguments: ["localhost", "127.0.0.1", "[::1]"])
  func `a certificate for the name or the address is good`(host: String) async throws {
    try await withTLSServer { _, port, loop in
      let response = try await fetch("https://\(host):\(port)/a?b", on: loop) {
        $0.fixedAddress = (.loopback, port)
      }.get()
      #expect(response.status == 200 && response.body == [123, 125])
      #expect(response.fields["X-Target"] == "/a?b")
      #expect(response.timing.tls != nil && !response.reused)
    }
  }

  @Test func `a name with a dot at its end is the same name`() async throws {
    try await withTLSServer(.nameOnly) { _, port, loop in
      let response = try await fetch("https://localhost.:\(port)/", on: loop) {
        $0.fixedAddress = (.loopback, port)
      }
      #expect(try response.get().status == 200)
    }
  }

  @Test func `a chain with the authority in between is good, without it not`() async throws {
    #expect(try await error(of: .chained) == nil)
    let error = try await error(of: .incomplete)
    #expect(
      error?.description
        == "unknown certificate authority: Test Middle; or the chain sent is not complete")
  }

  @Test(arguments: [
    (
      TestCertificates.Kind.wrongName, "localhost",
      "hostname mismatch: the certificate is not for localhost"
    ),
    (.nameOnly, "127.0.0.1", "hostname mismatch: the certificate is not for 127.0.0.1"),
    (.expired, "localhost", "certificate has expired"),
    (.notYetValid, "localhost", "certificate is not yet valid"),
    (.selfSigned, "localhost", "self-signed certificate"),
    (
      .stranger, "localhost",
      "unknown certificate authority: Foreign Root; or the chain sent is not complete"
    ),
  ])
  func `a certificate that is not good is refused in words`(
    kind: TestCertificates.Kind, host: String, words: String
  ) async throws {
    #expect(try await error(of: kind, host: host)?.description == words)
  }

  @Test func `a self-signed certificate is believed when it is given`() async throws {
    let file = TestCertificates.shared.pair(.selfSigned).certificates
    let trust = TLSTrust(files: [file], option: "--ca", roots: .none, library: .shared)
    #expect(try await error(of: .selfSigned, trust: trust) == nil)
  }

  @Test func `without any authority the sentence names the package and the option`() async throws {
    let trust = TLSTrust(files: [], option: "--ca", roots: .none, library: .shared)
    let error = try await error(of: .good, trust: trust)
    #expect(error == .tls(.noAuthorities(option: "--ca")))
    #expect(error?.description.hasSuffix("install ca-certificates or give --ca FILE") == true)
  }

  @Test func `without the library https is refused and http goes on`() async throws {
    let trust = TLSTrust(files: [], option: "--ca", roots: .init(), library: nil)
    #expect(try await error(of: .good, trust: trust) == .tls(.noLibrary))
    try await withServer(service: echo) { _, address, loop in
      let url = "http://127.0.0.1:\(address.port ?? 0)/"
      let response = try await fetch(url, trust: trust, on: loop).get()
      #expect(response.status == 200 && response.timing.tls == nil)
    }
    let pair = TestCertificates.shared.pair(.good)
    #expect(throws: TLSFailure.noLibrary) {
      try TLSIdentity(certificates: pair.certificates, key: pair.key, library: nil)
    }
    #expect(throws: OpenSSL.Missing.self) { try OpenSSL("libnothing.so.3") }
  }

  @Test func `files that are no certificates, or not each other's, are named`() throws {
    let shared = TestCertificates.shared
    let (good, second) = (shared.pair(.good), shared.pair(.second))
    func failure(_ certificates: String, _ key: String) -> String? {
      do throws(TLSFailure) {
        _ = try TLSIdentity(certificates: certificates, key: key)
        return nil
      } catch { return error.description }
    }
    #expect(failure(good.certificates, good.key) == nil)
    #expect(failure(good.certificates, second.key)?.contains("not the key of") == true)
    #expect(failure(good.key, good.key)?.contains("no usable certificate in PEM") == true)
    #expect(
      failure(good.certificates, good.certificates)?.contains("no usable private key") == true)
    #expect(failure("/nowhere.pem", good.key) == "/nowhere.pem: no such file or directory")
    let trust = TLSTrust(files: [good.key], option: "--ca", roots: .none, library: .shared)
    #expect(throws: TLSFailure.self) { try trust.check() }
  }
}
