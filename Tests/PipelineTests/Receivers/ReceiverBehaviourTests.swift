import Actors
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// Whatever a receiver does with its socket, the attempt ends in the right line of the ledger, its
/// slot is free again, and no descriptor stays open.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct ReceiverBehaviourTests {
  @Test(arguments: ReceiverBehaviour.all)
  func `an attempt ends as it must, and the next event is delivered`(
    behaviour: ReceiverBehaviour
  ) async throws {
    try await Self.expectHandled(behaviour)
  }

  /// A reset before the handshake is TLS's own affair, and tested there.
  @Test(arguments: ReceiverBehaviour.all.filter { $0.name != "a reset at once" })
  func `the same over TLS`(behaviour: ReceiverBehaviour) async throws {
    let pair = TestCertificates.shared.pair(.good)
    let identity = try TLSIdentity(certificates: pair.certificates, key: pair.key)
    try await Self.expectHandled(
      behaviour, scheme: "https", wrap: { SecureWire($0, identity) },
      client: { HTTPClient(loop: $0, trust: TLSTrust(files: [TestCertificates.shared.authority])) })
  }

  /// - Parameters:
  ///   - scheme: of the webhook's URL.
  ///   - wrap: what the receiver speaks over a connection.
  ///   - client: what sends.
  static func expectHandled(
    _ behaviour: ReceiverBehaviour, scheme: String = "http",
    wrap: @escaping ScriptedReceiver.Wrap = { PlainWire($0) },
    client: (EventLoop) -> HTTPClient = { HTTPClient(loop: $0) }
  ) async throws {
    let receiver = ScriptedReceiver(wrap: wrap, script: behaviour.script)
    let rig = DeliveryRig(client: client)
    rig.addWebhook("\(scheme)://127.0.0.1:\(receiver.port)/hooks") {
      $0.settings.timeout = behaviour.timeout
    }
    let start = Timestamp.now
    try await rig.run { delivery in
      let first = rig.log.commit("emp_1")
      let entry = try await rig.entry(of: first)
      try expect(entry, behaviour, since: start)
      // The peer reads until we have closed: nothing of ours stays behind.
      #expect(await eventually { receiver.isScriptOver }, "the connection stays open")
      #expect(await eventually { OpenConnections.count(to: receiver.port) == 0 }, "a descriptor")
      let second = rig.log.commit("emp_2")
      let next = try await rig.entry(of: second)
      #expect(next["result"] == "delivered" && next["status"] == 204, "\(next.text)")
      #expect(await eventually { await delivery.status.first?.inFlight == 0 })
    }
    #expect(rig.ledger.entries.count == 2, "nothing is sent again at once")
    receiver.stop()
    #expect(await eventually { OpenConnections.count(to: receiver.port) == 0 })
  }

  private static func expect(
    _ entry: JSONValue, _ behaviour: ReceiverBehaviour, since start: Timestamp
  ) throws {
    let text = "\(behaviour.name): \(entry.text)"
    #expect(entry["address"] == "127.0.0.1", "\(text)")
    if let body = behaviour.body { #expect(entry["response"]?["body"]?.string == body, "\(text)") }
    for part in ["head", "body"] {
      #expect(entry["response"]?[part]?.string?.utf8.count ?? 0 <= 3 * 4096, "\(text)")
    }
    switch behaviour.ending {
    case .delivered(let status):
      #expect(entry["result"] == "delivered" && entry["status"]?.int == status, "\(text)")
      #expect(entry["next"] == nil)
      return
    case .refused(let status): #expect(entry["status"]?.int == status, "\(text)")
    case .failed(let words):
      #expect(words.contains { entry["error"]?.string == $0 }, "\(text)")
      #expect(entry["response"] == nil)
    }
    #expect(entry["result"] == "retry", "\(text)")
    let next = try #require(entry["next"]?.string.flatMap { Timestamp(parsing: $0) })
    #expect(next >= start.advanced(by: .seconds(3600)))
  }

  @Test(arguments: [301, 302, 303, 307, 308])
  func `a redirect is never followed, wherever it leads`(status: Int) async throws {
    let target = ScriptedReceiver { $0.waitForEnd() }
    let place = "http://127.0.0.1:\(target.port)/secret"
    let receiver = ScriptedReceiver { wire in
      wire.takeRequest()
      wire.write(
        "HTTP/1.1 \(status) Elsewhere\r\nLocation: \(place)\r\nContent-Length: 0\r\n\r\n")
      wire.waitForEnd()
    }
    let rig = DeliveryRig()
    rig.addWebhook("http://127.0.0.1:\(receiver.port)/hooks")
    try await rig.run { _ in
      let entry = try await rig.entry(of: rig.log.commit("emp_1"))
      #expect(entry["result"] == "retry" && entry["status"]?.int == status)
      #expect(entry["response"]?["head"]?.string?.contains(place) == true)
    }
    #expect(target.connections == 0)
  }

  @Test func `a kept connection that was reset meanwhile costs no attempt`() async throws {
    let receiver = ScriptedReceiver { wire in
      wire.takeRequest()
      wire.write("HTTP/1.1 204 No Content\r\n\r\n")
      wire.takeRequest()
      wire.reset()
    }
    let rig = DeliveryRig()
    rig.addWebhook("http://127.0.0.1:\(receiver.port)/hooks")
    try await rig.run { _ in
      _ = try await rig.entry(of: rig.log.commit("emp_1"))
      let second = try await rig.entry(of: rig.log.commit("emp_2"))
      #expect(second["result"] == "delivered" && second["attempt"] == 1, "\(second.text)")
    }
    #expect(receiver.connections == 2)
  }

  @Test func `nobody listening is a refused connection`() async throws {
    let nowhere = LocalPort(listening: false)
    let rig = DeliveryRig()
    rig.addWebhook("http://127.0.0.1:\(nowhere.port)/hooks")
    try await rig.run { _ in
      let entry = try await rig.entry(of: rig.log.commit("emp_1"))
      #expect(entry["error"] == "connection refused" && entry["result"] == "retry")
    }
  }

  @Test(arguments: [
    ("429", "60", 3600.0...3605), ("503", "7200", 7200.0...7205),
    ("429", "999999999", 86400...86405),
    ("500", "7200", 3600.0...3605),
  ])
  func `Retry-After lengthens the wait within its bounds`(
    status: String, after: String, seconds: ClosedRange<Double>
  ) async throws {
    let receiver = ScriptedReceiver { wire in
      wire.takeRequest()
      wire.write("HTTP/1.1 \(status) No\r\nRetry-After: \(after)\r\nContent-Length: 0\r\n\r\n")
      wire.waitForEnd()
    }
    let rig = DeliveryRig()
    rig.addWebhook("http://127.0.0.1:\(receiver.port)/hooks")
    try await rig.run { _ in
      let entry = try await rig.entry(of: rig.log.commit("emp_1"))
      let next = try #require(entry["next"]?.string.flatMap { Timestamp(parsing: $0) })
      let wait = Double(next.milliseconds - Timestamp.now.milliseconds) / 1000
      #expect((seconds.lowerBound - 30...seconds.upperBound).contains(wait), "\(wait)")
    }
  }
}
