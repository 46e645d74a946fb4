import Glibc
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// A start that must not be says why, in one line, and with the exit code service managers act on.
@Suite(.timeLimit(.minutes(5)))
struct StartRefusalTests {
  private func refusal(
    of server: TestServer
  ) async throws -> (ending: ChildProcess.Ending?, log: String) {
    try server.launch()
    return (await server.ended(within: .seconds(30)), server.log)
  }

  @Test func `a second server on the same spool ends with 75 and names the first`() async throws {
    let first = try await TestServer.started()
    let second = TestServer(spool: first.spool)
    let (ending, log) = try await refusal(of: second)
    #expect(ending == .exited(75))
    #expect(log.contains("is held by process \(first.pid)"))
    #expect(try await first.okta().get("/Users").status == 200)
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a directory away"))
  func `a spool that belongs to somebody else ends with 77 and is left as it is`() async throws {
    let directory = TemporaryDirectory()
    let spool = directory.file("spool")
    try FileSystem.makeDirectory(spool)
    #expect(chown(spool, 65_534, 65_534) == 0)
    let (ending, log) = try await refusal(of: TestServer(spool: spool))
    #expect(ending == .exited(77))
    #expect(log.contains("belongs to user 65534"))
    #expect(try FileSystem.list(spool) == [])
  }

  @Test func `a taken port ends with the line to type`() async throws {
    let taken = LocalPort(listening: true)
    let server = TestServer(arguments: ["--listen", "127.0.0.1:\(taken.port)"])
    let (ending, log) = try await refusal(of: server)
    #expect(ending == .exited(74))
    #expect(log.contains("127.0.0.1:\(taken.port) is already in use"))
    #expect(log.contains("try: scim-hris --listen 127.0.0.1:\(taken.port &+ 1)"))
  }

  @Test func `a taken port for metrics is blamed on its own flag`() async throws {
    let taken = LocalPort(listening: true)
    let server = TestServer(arguments: ["--metrics-listen", "127.0.0.1:\(taken.port)"])
    let (ending, log) = try await refusal(of: server)
    #expect(ending == .exited(74))
    #expect(log.contains("try: scim-hris --metrics-listen 127.0.0.1:\(taken.port &+ 1)"))
  }

  @Test func `with --no-create a spool whose first start failed is refused as if it were missing`()
    async throws
  {
    let taken = LocalPort(listening: true)
    let failed = TestServer(arguments: ["--listen", "127.0.0.1:\(taken.port)"])
    #expect(try await refusal(of: failed).ending == .exited(74))
    let server = TestServer(arguments: ["--no-create"], spool: failed.spool)
    let (ending, log) = try await refusal(of: server)
    #expect(ending == .exited(77))
    #expect(log.contains("was never set up") && !log.contains(#""message":"ready""#))
    let plain = TestServer(spool: failed.spool)
    try await plain.start()
    #expect(try await plain.okta().get("/Users").status == 200)
  }

  @Test func `a wrong definition ends with 64, naming file, attribute and rule`() async throws {
    let directory = TemporaryDirectory()
    let file = directory.file("device.json")
    let attribute = #"{"name":"serial","type":"text"}"#
    try FileSystem.replace(
      file, with: Array(#"{"id":"urn:example:Device","attributes":[\#(attribute)]}"#.utf8))
    let (ending, log) = try await refusal(of: TestServer(arguments: ["--schema", file]))
    #expect(ending == .exited(64))
    #expect(log.contains("--schema"))
    #expect(log.contains("device.json: attribute serial: type must be one of string, "))
    for text in ["", "{", #"{"name":"Device","endpoint":"/Devices","schema":"urn:x:y"}"#] {
      try FileSystem.replace(file, with: Array(text.utf8))
      let (ending, log) = try await refusal(
        of: TestServer(arguments: ["--resource-type", file]))
      #expect(ending == .exited(64))
      #expect(log.contains("device.json"))
    }
    let absent = try await refusal(of: TestServer(arguments: ["--schema", file + "-not"]))
    #expect(absent.ending == .exited(64))
    #expect(absent.log.contains("device.json-not"))
  }

  @Test func `a resource type of a file is listed`() async throws {
    let directory = TemporaryDirectory()
    let (schema, type) = (directory.file("schema.json"), directory.file("type.json"))
    try FileSystem.replace(
      schema,
      with: Array(
        #"{"id":"urn:example:Device","attributes":[{"name":"serial","type":"string"}]}"#.utf8))
    try FileSystem.replace(
      type,
      with: Array(#"{"name":"Device","endpoint":"/Devices","schema":"urn:example:Device"}"#.utf8))
    let server = try await TestServer.started(
      ["--schema", schema, "--resource-type", type])
    let okta = try server.okta()
    #expect(try await okta.get("/ResourceTypes/Device").status == 200)
    #expect(try await okta.get("/Schemas/urn:example:Device").status == 200)
  }

  @Test func `a credentials file that will not be written is warned about`() async throws {
    let server = try await TestServer.started()
    #expect(!server.log.contains("--credentials has no effect"))
    await server.stop()
    try await server.start()
    #expect(server.log.contains("--credentials has no effect"))
  }

  @Test func `with --no-create a missing spool is not made`() async throws {
    let server = TestServer(arguments: ["--no-create"])
    let (ending, log) = try await refusal(of: server)
    #expect(ending == .exited(77))
    #expect(log.contains("--no-create"))
    #expect(try FileSystem.status(server.spool) == nil)
  }

  @Test func `an unknown flag or value ends with 64 and one clear line`() async throws {
    for (words, said) in [
      (["serve", "--lisen", "127.0.0.1:0"], "--lisen"),
      (["serve", "--loops", "many"], "--loops"),
      (["sreve"], "sreve"),
    ] {
      let (ending, output) = try await runProgram(words)
      #expect(ending == .exited(64))
      #expect(output.contains(said) && output.hasPrefix("Error: "), "\(output)")
    }
  }

  @Test func `a credentials file is never overwritten, and out of the way it is written`()
    async throws
  {
    let server = TestServer()
    server.directory.write(Array("mine".utf8), to: "credentials.json")
    let (ending, log) = try await refusal(of: server)
    #expect(ending == .exited(74))
    #expect(log.contains("credentials.json"))
    #expect(server.directory.read("credentials.json") == Array("mine".utf8))
    #expect(unlink(server.directory.file("credentials.json")) == 0)
    try await server.start()
    #expect(try await server.okta().get("/Users").status == 200)
  }

  @Test func `an open spool directory is closed to others and a restart finds everything`()
    async throws
  {
    let server = TestServer()
    #expect(mkdir(server.spool, 0o755) == 0 && chmod(server.spool, 0o755) == 0)
    try await server.start()
    #expect(try FileSystem.status(server.spool)?.mode == 0o700)
    let user = OktaUser("stays@example.com")
    let made = try await server.okta().post("/Users", user.creation)
    #expect(await server.stop() == .exited(0))
    try await server.start()
    let found = try await server.okta().get("/Users/\(try #require(made["id"]?.string))")
    #expect(found.status == 200 && found["userName"] == "stays@example.com")
    #expect(found["meta"]?["version"] == made["meta"]?["version"])
  }
}
