import Testing
import Transport

@testable import Pipeline

@Suite struct FeedAnswerTests {
  private func answer(_ status: Int, _ body: String, _ fields: HTTPFields = HTTPFields())
    -> FeedAnswer
  {
    FeedAnswer(status: status, fields: fields, body: Array(body.utf8))
  }

  @Test func `events are the bytes between the commas`() throws {
    let events = [#"{"id":"evt_1", "n":1.50}"#, #"{"id":"evt_2","text":"],[ \" A"}"#]
    guard
      case .page(let page, let next) = answer(
        200, #"{"data":[\#(events[0]), \#(events[1])],"meta":{"next":"c2","current":"c0"}}"#)
    else {
      Issue.record("no page")
      return
    }
    #expect(page.map { String(decoding: $0, as: UTF8.self) } == events)
    #expect(next == "c2")
  }

  @Test(
    arguments: [
      ("5", 5), ("0", 1), ("86400", 60), ("Wed, 21 Oct 2026 07:28:00 GMT", 1), (nil, 1),
    ] as [(String?, Int)])
  func `a server with too much to do is asked again when it says`(text: String?, seconds: Int) {
    var fields = HTTPFields()
    fields["Retry-After"] = text
    for status in [429, 503] {
      guard case .later(let pause) = answer(status, "", fields) else {
        Issue.record("\(status) is no pause")
        return
      }
      #expect(pause == .seconds(seconds))
    }
  }

  @Test func `what is no page is refused, in the server's words when it has some`() {
    for (status, body, sentence) in [
      (410, #"{"detail":"Gone."}"#, "Gone."),
      (404, "<html>", "The server answered 404 where events were expected."),
      (200, "<html>", "The server's answer is no page of events."),
      (200, #"{"data":[]}"#, "The server's answer is no page of events."),
      (200, #"{"data":[],"meta":{"next":null}}"#, "The server's answer is no page of events."),
    ] {
      guard case .refused(let failure) = answer(status, body) else {
        Issue.record("\(status) \(body) is taken")
        return
      }
      #expect(failure.sentence == sentence)
    }
  }
}
