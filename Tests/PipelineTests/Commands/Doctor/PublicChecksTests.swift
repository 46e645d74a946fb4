import Actors
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// What doctor says of the public address.
@Suite(.timeLimit(.minutes(5)))
struct PublicChecksTests {
  private func stranger(_ status: Int, _ body: [UInt8], _ fields: HTTPFields = HTTPFields())
    -> DoctorFinding
  {
    PublicChecks.stranger(status: status, fields: fields, body: body)
  }

  @Test func `only our own 401 is the answer to a call without a token`() {
    #expect(stranger(401, SCIMError.noToken.body()).verdict == .ok)
    #expect(stranger(404, SCIMError.noConnection.body()).text.contains("does not know"))
    #expect(stranger(429, SCIMError.tooManyAttempts(retryAfter: 9).body()).verdict == .warning)
    let page = stranger(404, Array("<html>".utf8), ["Content-Type": "text/html"])
    #expect(page.verdict == .bad && page.text == "404, text/html, where a 401 of ours should be")
    let moved = stranger(301, [], ["Location": "https://www.example.com/scim/v2/"])
    #expect(moved.text == "301, redirected to https://www.example.com/scim/v2/")
    #expect(stranger(200, Array(#"{"Resources":[]}"#.utf8)).verdict == .bad)
  }

  @Test func `whether Authorization comes through shows in the words of the refusal`() {
    func bearer(_ status: Int, _ detail: String) -> DoctorFinding {
      PublicChecks.bearer(
        status: status, fields: HTTPFields(), body: Array(#"{"detail":"\#(detail)"}"#.utf8))
    }
    let refused = "The access token is not valid or has expired; get one at /api/auth."
    #expect(bearer(401, refused).verdict == .ok)
    let lost = bearer(401, "Send Authorization: Bearer and an access token of POST /api/auth.")
    #expect(lost.verdict == .bad && lost.text == "the Authorization field is lost on the way")
    #expect(bearer(403, "Forbidden").verdict == .warning)
  }

  @Test func `names are judged by what they resolve to`() throws {
    let open = try #require(IPAddress(parsing: "93.184.216.34"))
    #expect(PublicChecks.name("a.example", [open]).text == "a.example is 93.184.216.34")
    #expect(PublicChecks.name("a.example", []).verdict == .bad)
    let inside = try #require(IPAddress(parsing: "10.0.0.5"))
    #expect(PublicChecks.name("a.example", [inside]).verdict == .warning)
    #expect(PublicChecks.scheme(try HTTPURL(parsing: "http://a.example/"))?.verdict == .bad)
    #expect(PublicChecks.scheme(try HTTPURL(parsing: "https://a.example/")) == nil)
  }

  @Test(arguments: [
    (2, 61, DoctorFinding.Verdict.ok, "TLSv1.3, 2 certificates sent, valid for 61 days more"),
    (2, 13, .warning, "TLSv1.3, 2 certificates sent, valid for 13 days more"),
    (1, 61, .warning, "TLSv1.3, 1 certificate sent, valid for 61 days more"),
  ])
  func `a certificate is judged by its chain and its days`(
    sent: Int, days: Int, verdict: DoctorFinding.Verdict, text: String
  ) {
    let found = TLSInspection(
      version: "TLSv1.3", certificates: sent, secondsLeft: days * 86_400 + 5)
    let finding = PublicChecks.judge(.success(found), address: .loopback, port: 443)
    #expect(finding.verdict == verdict && finding.text == text)
  }

  @Test func `an address that fails beside one that is well is only looked at`() throws {
    let six = try #require(IPAddress(parsing: "2001:db8::7"))
    let finding = PublicChecks.astray(.connect(.timedOut), address: six, port: 443)
    #expect(finding.verdict == .warning)
    #expect(finding.text == "[2001:db8::7]:443: no connection within the time allowed")
    #expect(
      PublicChecks.judge(.failure(.connect(.timedOut)), address: six, port: 443).verdict == .bad)
  }

  // MARK: - Against servers

  private func visit(
    _ server: TestServer, at url: String
  ) async throws -> [String: DoctorFinding.Verdict] {
    let (_, output) = try await runProgram([
      "doctor", "--public", "--public-url", url, "--spool", server.spool, "--json", "--ca",
      TestCertificates.shared.authority,
    ])
    var found: [String: DoctorFinding.Verdict] = [:]
    for line in output.split(separator: "\n") {
      let value = try JSONValue(parsing: String(line))
      let verdicts = ["ok": DoctorFinding.Verdict.ok, "warning": .warning, "bad": .bad]
      found[value["check"]?.string ?? ""] = verdicts[value["verdict"]?.string ?? ""]
    }
    return found
  }

  private func server(_ kind: TestCertificates.Kind) async throws -> TestServer {
    let pair = TestCertificates.shared.pair(kind)
    return try await TestServer.started([
      "--tls-certificate", pair.certificates, "--tls-key", pair.key,
    ])
  }

  @Test func `a whole chain to a server of ours is well, answer and token too`() async throws {
    let server = try await server(.chained)
    let found = try await visit(server, at: "https://localhost:\(server.port)")
    #expect(found["answer"] == .ok && found["token"] == .ok, "\(found)")
    #expect(found["certificate"] != .bad && found["public"] == .warning && found["tls"] == .ok)
  }

  @Test(arguments: [
    TestCertificates.Kind.incomplete, .expired, .wrongName, .selfSigned, .stranger,
  ])
  func `a certificate Okta would refuse is found`(kind: TestCertificates.Kind) async throws {
    let server = try await server(kind)
    let found = try await visit(server, at: "https://localhost:\(server.port)")
    #expect(found["certificate"] == .bad && found["answer"] == nil, "\(found)")
  }

  @Test func `nobody there, no TLS there and no https at all are found`() async throws {
    let server = try await TestServer.started()
    let nowhere = LocalPort(listening: false)
    #expect(try await visit(server, at: "https://localhost:\(nowhere.port)")["public"] == .bad)
    #expect(try await visit(server, at: "https://localhost:\(server.port)")["certificate"] == .bad)
    #expect(try await visit(server, at: "http://localhost:\(server.port)")["public"] == .bad)
  }
}
