import Actors
import Testing
import Transport

@testable import Pipeline

struct InspectorTests {
  private let inspector = Inspector()
  private let now = Timestamp(milliseconds: 1_614_265_330_000)
  private let secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

  /// The example of Standard Webhooks 1.0.0.
  private func delivery(
    body: String = #"{"test": 2432232314}"#,
    signature: String? = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
  ) -> HTTPRequest {
    var fields = HTTPFields([
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
    ])
    fields["webhook-signature"] = signature
    return HTTPRequest(
      method: "POST", target: inspector.path(webhookId: "wh_1"), fields: fields,
      body: Array(body.utf8), peer: .ip("127.0.0.1"))
  }

  private func verdict(_ request: HTTPRequest, at time: Timestamp? = nil) -> String? {
    let time = time ?? now
    _ = inspector.receive(request, webhookId: "wh_1", keys: [secret], at: time)
    return inspector.received(at: time).last?.verdict.rawValue
  }

  @Test func `a right signature is told from a wrong, missing or stale one`() {
    #expect(verdict(delivery()) == "ok")
    #expect(verdict(delivery(body: #"{"test": 2432232315}"#)) == "bad")
    #expect(verdict(delivery(signature: nil)) == "missing")
    #expect(verdict(delivery(), at: now.advanced(by: .seconds(301))) == "stale")
  }

  @Test func `one good signature of several is enough`() {
    let both = "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    #expect(verdict(delivery(signature: both)) == "ok")
  }

  @Test func `it keeps the last 200`() {
    for number in 1...205 {
      _ = inspector.receive(
        delivery(body: "{\"n\":\(number)}"), webhookId: "wh_1", keys: [], at: now)
    }
    let kept = inspector.received(at: now)
    #expect(kept.count == 200)
    #expect(kept.first?.body == Array(#"{"n":6}"#.utf8))
  }

  @Test func `it keeps no more bytes than its bound`() {
    let big = "\"" + String(repeating: "x", count: 500_000) + "\""
    for _ in 1...40 {
      _ = inspector.receive(delivery(body: big), webhookId: "wh_1", keys: [], at: now)
    }
    let bytes = inspector.received(at: now).reduce(0) { $0 + $1.size }
    #expect(bytes <= Inspector.Bounds.bytes)
    #expect(bytes > Inspector.Bounds.bytes / 2)
  }

  @Test func `it forgets after a day`() {
    #expect(verdict(delivery()) == "ok")
    let later = now.advanced(by: .seconds(24 * 3600 + 1))
    #expect(inspector.received(at: later).isEmpty)
  }

  @Test func `its address cannot be guessed and is another in each process`() {
    let path = inspector.path(webhookId: "wh_1")
    #expect(inspector.webhookId(inPath: path[...]) == "wh_1")
    #expect(Inspector().webhookId(inPath: path[...]) == nil)
    #expect(inspector.webhookId(inPath: "/inspector//wh_1") == nil)
  }
}
