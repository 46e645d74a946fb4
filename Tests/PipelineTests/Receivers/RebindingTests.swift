import Actors
import Synchronization
import Testing
import Transport

@testable import Pipeline

/// Names and addresses that lead into our own network: refused at every dial, and recorded with the
/// option that would open them.
@Suite(.timeLimit(.minutes(5)))
struct RebindingTests {
  /// On loopback, two addresses with one port: the first may be reached, the second may not.
  private static let (open, inner) = ("127.0.0.2", "127.0.0.1")
  private static let refusal =
    "127.0.0.1 is a local or reserved address; --allow-webhook-net opens its network"

  /// Says these in turn, the last one for ever.
  private func resolver(_ answers: [[String]]) -> Resolver {
    let asked = Mutex(0)
    return Resolver { _ in
      let turn = asked.withLock { asked in
        defer { asked += 1 }
        return min(asked, answers.count - 1)
      }
      return .success(answers[turn].compactMap { IPAddress(parsing: $0) })
    }
  }

  private func rig(_ answers: [[String]], waits: [Duration] = [.zero]) -> DeliveryRig {
    var options = DeliveryOptions.rig
    options.schedule.delays = waits + [.hours(1)]
    let resolver = resolver(answers)
    return DeliveryRig(options, allowed: ["\(Self.open)/32"]) {
      HTTPClient(loop: $0, resolver: resolver)
    }
  }

  @Test func `a name that leads inside when it is dialled is refused`() async throws {
    let target = ScriptedReceiver { $0.waitForEnd() }
    let rig = rig([[Self.inner]])
    rig.addWebhook("http://rebind.example.com:\(target.port)/hooks")
    try await rig.run { _ in
      let entry = try await rig.entry(of: rig.log.commit("emp_1"))
      #expect(entry["error"]?.string == Self.refusal && entry["result"] == "retry")
      #expect(entry["address"]?.string == Self.inner && entry["status"] == nil)
    }
    #expect(target.connections == 0)
  }

  @Test func `a name that turns inside later is refused then, kept connections or not`()
    async throws
  {
    let (outer, target) = ScriptedReceiver.pair(
      on: (Self.open, Self.inner),
      scripts: (
        { wire in
          wire.takeRequest()
          wire.write("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
          wire.waitForEnd()
        }, { $0.waitForEnd() }
      ))
    let rig = rig([[Self.open], [Self.inner]], waits: [.zero, .milliseconds(1)])
    rig.addWebhook("http://rebind.example.com:\(outer.port)/hooks")
    try await rig.run { _ in
      let event = rig.log.commit("emp_1")
      let first = try await rig.entry(of: event)
      #expect(first["status"] == 500 && first["address"]?.string == Self.open)
      let second = try await rig.entry(of: event, attempt: 2)
      #expect(second["error"]?.string == Self.refusal && second["result"] == "retry")
      let other = try await rig.entry(of: rig.log.commit("emp_2"))
      #expect(other["error"]?.string == Self.refusal)
    }
    #expect(outer.connections == 1 && target.connections == 0)
  }

  @Test func `one inner address among others refuses the name, and none is dialled`()
    async throws
  {
    let outer = ScriptedReceiver(on: Self.open) { $0.waitForEnd() }
    let rig = rig([[Self.open, Self.inner]])
    rig.addWebhook("http://rebind.example.com:\(outer.port)/hooks")
    try await rig.run { _ in
      let entry = try await rig.entry(of: rig.log.commit("emp_1"))
      #expect(entry["error"]?.string == Self.refusal)
    }
    #expect(outer.connections == 0)
  }

  @Test func `a redirect inside is not followed but recorded`() async throws {
    let target = ScriptedReceiver(on: Self.inner) { $0.waitForEnd() }
    let place = "http://\(Self.inner):\(target.port)/latest/meta-data"
    let outer = ScriptedReceiver(on: Self.open) { wire in
      wire.takeRequest()
      wire.write("HTTP/1.1 307 Inside\r\nLocation: \(place)\r\nContent-Length: 0\r\n\r\n")
      wire.waitForEnd()
    }
    let rig = rig([[Self.open]])
    rig.addWebhook("http://rebind.example.com:\(outer.port)/hooks")
    try await rig.run { _ in
      let entry = try await rig.entry(of: rig.log.commit("emp_1"))
      #expect(entry["status"] == 307 && entry["result"] == "retry")
      #expect(entry["response"]?["head"]?.string?.contains("Location: \(place)") == true)
    }
    #expect(target.connections == 0)
  }

  @Test(arguments: [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
    "017700000001", "0", "0.0.0.0", "localhost", "[::1]", "[::]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
    "10.0.0.5", "0x0a000005", "169.254.169.254", "0xa9fea9fe", "[fe80::1]", "[fd00::1]",
  ])
  func `an inner address is refused at the dial in every notation`(host: String) async throws {
    let target = ScriptedReceiver { $0.waitForEnd() }
    let rig = DeliveryRig(allowed: [])
    rig.addWebhook("http://\(host):\(target.port)/hooks")
    try await rig.run { _ in
      let entry = try await rig.entry(of: rig.log.commit("emp_1"))
      let error = try #require(entry["error"]?.string, "\(entry.text)")
      #expect(
        error.hasSuffix("is a local or reserved address; --allow-webhook-net opens its network"),
        "\(host): \(error)")
      #expect(entry["result"] == "retry" && entry["address"]?.string != nil)
    }
    #expect(target.connections == 0)
  }
}
