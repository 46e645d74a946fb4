import Actors
import Testing
import Transport

@testable import Pipeline

/// What the receiver makes of an arrival, and what it prints about it.
@Suite struct ReceiverBookTests {
  private let secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
  private let other = Secret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
  private let now = Timestamp(parsing: "2026-11-21T22:15:41.203Z")!

  private func body(_ id: String = "emp_1", epoch: Int = 1, revision: Int = 1) -> [UInt8] {
    Array(
      """
      {"id":"evt_1","type":"employee.created","epoch":\(epoch),"data":{"id":"\(id)",\
      "email":"bjensen@example.com","departmentName":"Engineering","revision":\(revision)}}
      """.utf8)
  }

  private func request(
    _ id: String, _ body: [UInt8], secrets: [Secret], age: Int64 = 0, replay: Bool = false
  ) -> HTTPRequest {
    let sent = now.seconds - age
    var fields: HTTPFields = ["webhook-id": id, "webhook-timestamp": "\(sent)"]
    let signature = WebhookSignature(secrets: secrets)
    if !signature.isEmpty {
      fields["webhook-signature"] = signature.header(id: id, timestamp: sent, body: body)
    }
    if replay { fields["webhook-replay"] = "true" }
    return HTTPRequest(
      method: "POST", target: "/", fields: fields, body: body,
      peer: .ip(.loopback, port: 1))
  }

  private func verdict(
    _ request: HTTPRequest, secrets: [Secret]? = nil
  ) -> (String, ReceiverConduct.Answer) {
    var book = ReceiverBook(secrets: secrets ?? [secret])
    let arrival = book.enter(request, at: now)
    #expect(book.refused == (arrival.isGenuine ? 0 : 1))
    return (ReceiverScreen.verdict(arrival), arrival.answer)
  }

  @Test func `what is signed is taken, with either of two secrets and among several signatures`() {
    for secrets in [[secret], [other, secret], [secret, other]] {
      let made = request("evt_1", body(), secrets: secrets)
      #expect(verdict(made) == ("signed", .status(204)))
      #expect(verdict(made, secrets: [other, secret]) == ("signed", .status(204)))
    }
  }

  @Test func `the vector of the specification is signed`() {
    let at = Timestamp(milliseconds: 1_614_265_330_000)
    var book = ReceiverBook(secrets: [secret])
    let arrival = book.enter(
      HTTPRequest(
        method: "POST", target: "/",
        fields: [
          "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
          "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ], body: Array(#"{"test": 2432232314}"#.utf8), peer: .ip(.loopback, port: 1)), at: at)
    #expect(arrival.signature == .ok)
  }

  @Test func `a changed byte, another secret, an old or a future timestamp are refused`() {
    var changed = request("evt_1", body(), secrets: [secret])
    changed.body[20] ^= 1
    #expect(verdict(changed) == ("BAD SIGNATURE", .status(401)))
    #expect(
      verdict(request("evt_1", body(), secrets: [other])) == ("BAD SIGNATURE", .status(401)))
    #expect(verdict(request("evt_1", body(), secrets: [])) == ("NOT SIGNED", .status(401)))
    let old = request("evt_1", body(), secrets: [secret], age: 720)
    #expect(verdict(old) == ("signed 12 min AGO", .status(401)))
    let early = request("evt_1", body(), secrets: [secret], age: -301)
    #expect(verdict(early) == ("signed 5 min AHEAD", .status(401)))
    let late = request("evt_1", body(), secrets: [secret], age: 300)
    #expect(verdict(late) == ("signed", .status(204)))
  }

  @Test func `without a secret everything is taken and said to be unchecked`() {
    let made = request("evt_1", body(), secrets: [])
    #expect(verdict(made, secrets: []) == ("not checked", .status(204)))
  }

  @Test func `a repeat, a replay and an older revision are each said so`() {
    var book = ReceiverBook(secrets: [secret])
    func enter(_ request: HTTPRequest) -> String {
      ReceiverScreen.verdict(book.enter(request, at: now))
    }
    let newer = request("evt_2", body(revision: 2), secrets: [secret])
    #expect(enter(newer) == "signed")
    #expect(enter(newer) == "signed, again (2)")
    #expect(
      enter(request("evt_1", body(revision: 1), secrets: [secret])) == "signed, OLDER REVISION")
    #expect(
      enter(request("evt_2", body(revision: 2), secrets: [secret], replay: true))
        == "signed, replay, again (3)")
    // A restored server counts revisions anew in a higher epoch.
    #expect(
      enter(request("evt_3", body(epoch: 2, revision: 1), secrets: [secret])) == "signed")
    #expect(enter(request("evt_4", body("emp_2"), secrets: [secret])) == "signed")
    #expect(book.arrivals == 6 && book.repeats == 2 && book.refused == 0)
  }

  @Test func `somebody else's copy of an id does not make the real one a repeat`() {
    var book = ReceiverBook(secrets: [secret])
    _ = book.enter(request("evt_1", body(), secrets: [other]), at: now)
    let real = book.enter(request("evt_1", body(), secrets: [secret]), at: now)
    #expect(real.times == 1 && book.repeats == 0)
  }

  @Test func `the first few fail, then the receiver is as it was told to be`() {
    var conduct = ReceiverConduct()
    conduct.failures = 2
    #expect(conduct.answer(to: 1, isGenuine: true) == .status(500))
    #expect(conduct.answer(to: 2, isGenuine: false) == .status(500))
    #expect(conduct.answer(to: 3, isGenuine: true) == .status(204))
    #expect(conduct.answer(to: 3, isGenuine: false) == .status(401))
    conduct.always = .hang
    #expect(conduct.answer(to: 3, isGenuine: true) == .hang)
  }

  @Test(arguments: [100, 80]) func `a line fits the terminal`(width: Int) {
    var book = ReceiverBook(secrets: [secret])
    let arrival = book.enter(request("evt_1", body(), secrets: [secret]), at: now)
    let line = ReceiverScreen.line(arrival, width: width)
    #expect(line.count == width)
    #expect(line.hasPrefix("22:15:41.203Z  employee.created      bjensen@example.com, "))
    #expect(line.hasSuffix("  signed  204"))
    let nothing = book.enter(
      HTTPRequest(method: "POST", target: "/", body: [0x78], peer: .ip(.loopback, port: 1)),
      at: now)
    #expect(ReceiverScreen.line(nothing, width: width).hasSuffix("  NOT SIGNED  401"))
    #expect(ReceiverScreen.json(nothing)["event"] == "x")
    #expect(ReceiverScreen.json(arrival)["event"]?["id"] == "evt_1")
    #expect(
      ReceiverScreen.end(book) == "2 arrivals, 0 of them again, 1 not signed as it should be\n")
  }
}
