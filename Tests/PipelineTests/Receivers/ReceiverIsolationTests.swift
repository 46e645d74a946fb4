import Actors
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// One healthy receiver among many bad ones, over real sockets and with hardly a slot to share.
@Suite(.timeLimit(.minutes(5)))
struct ReceiverIsolationTests {
  /// Goes on with every connection, not only the first.
  private static let bad: [(name: String, script: ScriptedReceiver.Script)] = [
    ("hangs", { wire in wire.waitForEnd() }),
    (
      "drips",
      { wire in
        wire.takeRequest()
        wire.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while wire.write("x") { wire.pause() }
      }
    ),
    (
      "floods",
      { wire in
        wire.takeRequest()
        wire.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while wire.write("1;" + String(repeating: "x", count: 8000) + "\r\nx\r\n") {}
      }
    ),
    ("resets", { $0.reset() }),
  ]

  @Test func `many that hang, drip, flood and reset hold up nobody, and nobody's order`()
    async throws
  {
    var options = DeliveryOptions()
    options.concurrency = 2
    let rig = DeliveryRig(options)
    let healthy = ScriptedReceiver { ScriptedReceiver.behave($0) }
    rig.addWebhook("http://127.0.0.1:\(healthy.port)/hooks", id: "wh_healthy")
    let receivers = (0..<5).flatMap { round in
      Self.bad.map { bad -> ScriptedReceiver in
        let receiver = ScriptedReceiver(everyTime: true, script: bad.script)
        rig.addWebhook(
          "http://127.0.0.1:\(receiver.port)/hooks", id: "wh_\(bad.name)\(round)"
        ) { $0.settings.timeout = .seconds(5) }
        return receiver
      }
    }
    try await rig.run { delivery in
      for number in 0..<300 { rig.log.commit("emp_\(number % 30)") }
      let isDone = await eventually { rig.delivered(to: "wh_healthy").count == 300 }
      #expect(isDone, "\(rig.delivered(to: "wh_healthy").count) of 300")
      let hanging = await delivery.status.filter { $0.webhookId.hasPrefix("wh_hangs") }
      #expect(hanging.count == 5 && hanging.allSatisfy { $0.inFlight <= 1 }, "\(hanging)")
      for receiver in receivers { receiver.stop() }
    }
    var last: [String: Int] = [:]
    for entry in rig.delivered(to: "wh_healthy") {
      let (key, seq) = (entry["key"]?.string ?? "", entry["seq"]?.int ?? 0)
      #expect(last[key, default: 0] < seq, "\(key)")
      last[key] = seq
    }
    healthy.stop()
  }
}
