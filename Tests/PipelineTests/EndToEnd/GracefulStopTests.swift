import Glibc
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// A stop in the middle of work takes nothing from anybody.
@Suite(.timeLimit(.minutes(5)))
struct GracefulStopTests {
  @Test func `during writes each request is answered or never begun, and the stop is clean`()
    async throws
  {
    let server = try await TestServer.started()
    let pool = OktaPool(users: 5_000, writers: 8)
    let okta = try server.okta()
    async let pushing: Void = pool.push(through: okta)
    await eventually { pool.answered.count >= 40 }
    server.signal(SIGTERM)
    #expect(await server.ended(within: .seconds(15)) == .exited(0))
    await pushing
    #expect(pool.answered.count < 5_000, "the stop came before the end")
    #expect(pool.surprises == [], "only a closed connection is no answer")
    let witness = try JSONValue(
      parsing: FileSystem.contents(of: server.spool + "/cursors/durable.json"))
    #expect(witness["clean"] == true)

    try await server.start()
    let listed = try await UserList.read(server.okta())
    for (userName, id) in pool.answered { #expect(listed[userName] == [id], "\(userName)") }
    #expect(listed.count == pool.answered.count, "nothing was done that nobody was told of")
    #expect(!server.log.contains("run again"))
  }

  @Test func `an idle server stops at once and a second stop signal does no harm`() async throws {
    let server = try await TestServer.started(["--drain", "10m"])
    #expect(try await server.okta().get("/Users").status == 200)
    server.signal(SIGTERM)
    server.signal(SIGINT)
    #expect(await server.ended(within: .seconds(120)) == .exited(0))
  }

  @Test func `a terminal that is closed stops it as cleanly`() async throws {
    let server = try await TestServer.started()
    server.signal(SIGHUP)
    #expect(await server.ended(within: .seconds(15)) == .exited(0))
    let witness = try JSONValue(
      parsing: FileSystem.contents(of: server.spool + "/cursors/durable.json"))
    #expect(witness["clean"] == true)
  }
}
