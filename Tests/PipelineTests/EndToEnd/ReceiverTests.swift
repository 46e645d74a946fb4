import Synchronization
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// Receivers that misbehave, beside one that does not: each gets everything, in order, and none
/// makes another one wait.
@Suite(.timeLimit(.minutes(5)))
struct ReceiverTests {
  /// Two events for each of two people: few enough that no breaker opens.
  private func push(_ stem: String, to server: TestServer) async throws {
    let okta = try server.okta()
    for number in 0..<2 {
      let user = OktaUser("\(stem)\(number)@example.com")
      let made = try await okta.post("/Users", user.creation)
      #expect(made.status == 201)
      let id = try #require(made["id"]?.string)
      let change = OktaUser.patch(["title": JSONValue("after \(stem)")])
      #expect(try await okta.patch("/Users/\(id)", change).status == 200)
    }
  }

  /// How long the slowest of these took from commit to receipt.
  private func slowest(_ receipts: [WebhookReceiver.Receipt], since start: ContinuousClock.Instant)
    -> Duration
  {
    receipts.map { $0.at - start }.max() ?? .zero
  }

  @Test func `failing, hanging, absent and resetting receivers delay nobody and lose nothing`()
    async throws
  {
    let server = try await TestServer.started()
    let clock = ContinuousClock()
    let healthy = try await WebhookReceiver.started()
    let failing = try await WebhookReceiver.started { $0.before == 0 ? 500 : 200 }
    let hanging = try await WebhookReceiver.started { receipt in
      // Longer than an attempt may take.
      if receipt.before == 0 && receipt.type == "employee.created" {
        try? await Task.sleep(for: .seconds(25))
      }
      return 200
    }
    let resetting = LocalPort(listening: true)
    let nowhere = LocalPort(listening: false)
    let good = try await server.addWebhook(healthy.url)

    let calmStart = clock.now
    try await push("calm", to: server)
    let calm = slowest(await healthy.accepted(4), since: calmStart)

    let bad = try await server.addWebhook(failing.url)
    let hung = try await server.addWebhook(hanging.url)
    let reset = try await server.addWebhook("http://127.0.0.1:\(resetting.port)/hooks")
    let absent = try await server.addWebhook("http://127.0.0.1:\(nowhere.port)/hooks")
    // The first attempts for both people meet a reset, and so does what follows them at once.
    async let resets: Void = resetting.reset(2)
    let stormStart = clock.now
    try await push("storm", to: server)
    let storm = slowest(await healthy.accepted(8), since: stormStart)
    #expect(healthy.accepted.count == 8)
    #expect(storm < calm + .seconds(2), "\(storm) beside sick ones, \(calm) without")

    await resets
    let back = try await WebhookReceiver.started(port: nowhere.port)
    resetting.close()
    let recovered = try await WebhookReceiver.started(port: resetting.port)
    for (receiver, secret) in [
      (failing, bad.secret), (back, absent.secret), (recovered, reset.secret),
      (hanging, hung.secret),
    ] {
      let taken = await receiver.accepted(4, within: .seconds(60))
      #expect(taken.count == 4, "\(receiver.port): \(receiver.receipts.map(\.status))")
      try receiver.expectSound(secret: secret)
      #expect(Set(taken.map(\.id)) == Set(healthy.accepted.suffix(4).map(\.id)))
    }
    try healthy.expectSound(secret: good.secret)
    #expect(failing.receipts.count >= 6, "each event failed once before it was taken")
    for receiver in [healthy, failing, hanging, back, recovered] { await receiver.stop() }
  }
}
