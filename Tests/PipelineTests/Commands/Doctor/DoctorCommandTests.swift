import TestSupport
import Testing
import Transport

@testable import Pipeline

/// `doctor` as people run it, beside a server and without one.
@Suite(.timeLimit(.minutes(5)))
struct DoctorCommandTests {
  private func doctor(_ words: String...) async throws -> (
    ChildProcess.Ending?, [String: JSONValue]
  ) {
    let (ending, output) = try await runProgram(["doctor", "--json"] + words)
    let findings = try output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    return (
      ending,
      Dictionary(
        findings.map { ($0["check"]?.string ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    )
  }

  @Test func `beside a server all its checks have something to say, and nothing stays behind`()
    async throws
  {
    let server = try await TestServer.started()
    _ = try await server.addWebhook("http://localhost:9/hooks")
    let before = try FileSystem.list(server.spool)
    let (ending, findings) = try await doctor("--spool", server.spool, "--disk-reserve", "1MiB")
    #expect(findings["spool"]?["verdict"] == "ok", "\(findings)")
    #expect(findings["disk"]?["verdict"] == "ok")
    #expect(findings["fdatasync"]?["text"]?.string?.contains(" per second") == true)
    #expect(findings["server"]?["text"]?.string?.contains("127.0.0.1:\(server.port)") == true)
    #expect(findings["names"]?["text"] == "localhost resolved")
    #expect(findings["clock"] != nil)
    #expect(findings["descriptors"]?["text"]?.string?.contains(" to the running server, ") == true)
    #expect(ending == .exited(findings.values.contains { $0["verdict"] == "bad" } ? 1 : 0))
    #expect(try FileSystem.list(server.spool) == before)
  }

  @Test func `without the TLS library it says so, and the rest is checked all the same`()
    async throws
  {
    let server = try await TestServer.started()
    let running = try RunningProgram(
      [
        "doctor", "--spool", server.spool, "--public", "--public-url", "https://localhost:9",
        "--disk-reserve", "1MiB",
      ], environment: ["SCIM_HRIS_LIBSSL": "/nowhere/libssl.so.3"])
    #expect(await running.ended() == .exited(1))
    #expect(running.text.contains("\n!   tls          no libssl.so.3 on this machine\n"))
    #expect(running.text.contains("\nok  server       scim-hris "))
    #expect(running.text.contains("\n!   public       localhost is "), "\(running.text)")
    #expect(running.lines.allSatisfy { $0.count <= 100 })
  }

  @Test func `an x ends it with 1, and what to do stands there`() async throws {
    let directory = TemporaryDirectory()
    let again = try await runProgram(
      ["doctor", "--spool", directory.path, "--disk-reserve", "1024TiB"])
    #expect(again.ending == .exited(1))
    #expect(again.output.contains("\nx   disk         "), "\(again.output)")
    #expect(again.output.contains("Writes are refused: make room, or lower --spool-max-bytes.\n"))
    #expect(again.output.contains("!   server       none runs on this spool\n"))
    #expect(again.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }
}
