import TestSupport
import Testing
import Transport

@testable import Pipeline

/// Erasing a person, with everything that can tell of one: a manager, reports by every kind of
/// name, groups, fields of the customer's own, dead letters, ends cut after a crash, and webhooks
/// with something left to send.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ErasureTests {
  @Test func `now leaves no byte of a person in the spool, and nobody brings it back`()
    async throws
  {
    let scene = try await ErasureScene.set()
    let refusal = try await scene.consumer.delete("/hris/employees/\(scene.person.employee)")
    #expect(refusal.status == 400 && refusal.text.contains("forgets the person for good"))
    #expect(try await !scene.found().isEmpty)
    let cursor = try await scene.feedStart()

    async let pushes: Void = scene.push()
    let (ending, output) = try await runProgram([
      "employees", "erase", ErasureScene.address, "--now", "--spool", scene.server.spool,
      "--consumer", try scene.server.made.consumerId,
    ])
    #expect(ending == .exited(0), "\(output)")
    try await pushes
    try await scene.expectForgotten()
    #expect(try await scene.found() == [])
    try await scene.endSlowAttempts()
    #expect(try await scene.found() == [])
    try await scene.neighbour.expectUntouched(scene.application)
    #expect(try await scene.application.get("/events?after=\(cursor)").status == 410)
    try await scene.expectTold()
    try await scene.expectSameState()

    await scene.server.kill9()
    try await scene.server.start()
    try await scene.renew()
    try await scene.expectForgotten()
    #expect(try await scene.found() == [])
    try await scene.expectNewcomer()
    await scene.end()
  }

  @Test func `retention takes what is left, whatever a webhook that lags would like to keep`()
    async throws
  {
    let scene = try await ErasureScene.set(
      arguments: ["--spool-keep", "0s", "--events-keep", "0s", "--segment-bytes", "16KiB"])
    let answer = try await scene.erase()
    #expect(answer.status == 202, "\(answer)")
    let erasedBy = answer["data"]?["erasedBy"]?.string.flatMap { Timestamp(parsing: $0) }
    #expect(try #require(erasedBy) > .now)
    try await scene.expectForgotten()
    #expect(try await eventually { try await scene.pending() == 0 })
    #expect(try await scene.found() == [])
    #expect(try await scene.erase().status == 404)
    try await scene.expectSameState()
    await scene.end()
  }

  @Test func `until retention comes, only hops tell of a person, and no caller is told`()
    async throws
  {
    let scene = try await ErasureScene.set()
    #expect(try await scene.erase().status == 202)
    try await scene.push()
    try await scene.expectForgotten()
    try await scene.expectIdsOnly()
    #expect(try await scene.foundBeside() == [])
    try await scene.endSlowAttempts()
    #expect(try await scene.foundBeside() == [])
    try await scene.neighbour.expectUntouched(scene.application)
    #expect(try await scene.pending() == 1)
    await scene.end()
  }

  @Test(arguments: [0, 2, 5, 10, 20, 40, 80, 160, 320])
  func `a kill at any moment only delays it`(milliseconds: Int) async throws {
    let scene = try await ErasureScene.set()
    async let answer = scene.eraseNow()
    try await Task.sleep(for: .milliseconds(milliseconds))
    await scene.server.kill9()
    let known = await answer
    try await scene.server.start()
    try await scene.renew()
    if known != 202, try await scene.pending() == 0 {
      let again = await scene.eraseNow()
      #expect(again == 202 || again == 404)
    }
    let isDone = try await eventually(within: .seconds(30)) { try await scene.pending() == 0 }
    #expect(isDone, "\(scene.server.log)")
    try await scene.expectForgotten()
    #expect(try await scene.found() == [])
    try await scene.expectSameState()
    await scene.end()
  }
}
