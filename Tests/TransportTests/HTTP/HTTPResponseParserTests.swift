import Testing

@testable import Transport

private func read(
  _ text: String, isHead: Bool = false, maxBody: Int = 100, byteWise: Bool = false
) -> (parser: HTTPResponseParser, end: HTTPResponseParser.Step, rest: Int) {
  var parser = HTTPResponseParser(isHead: isHead, maxHead: 1000, maxBody: maxBody)
  let bytes = Array(text.utf8)
  var used = 0
  for piece in byteWise ? bytes.map({ [$0] }) : [bytes] {
    var position = 0
    let step = parser.parse(piece.span, at: &position)
    used += position
    if step != .needsMore { return (parser, step, bytes.count - used) }
  }
  return (parser, parser.finish(), bytes.count - used)
}

@Suite struct HTTPResponseParserTests {
  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", 200, "ab", true),
    ("HTTP/1.1 200\r\nContent-Length:2\r\n\r\nab", 200, "ab", true),
    ("HTTP/1.1 200 OK\nContent-Length : 2\n\nab", 200, "ab", true),
    ("HTTP/1.1 503 \r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 503, "", false),
    (
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nT: v\r\n\r\n",
      200, "abc", true
    ),
    (
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 \r\nLink: x\r\n\r\nHTTP/1.1 204 No\r\n\r\n", 204,
      "", true
    ),
    ("HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, "until the end", false),
    ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", 200, "a", false),
  ])
  func `responses as servers write them are understood`(
    text: String, status: Int, body: String, keepsAlive: Bool
  ) {
    for byteWise in [false, true] {
      let (parser, end, rest) = read(text, byteWise: byteWise)
      #expect(end == .complete)
      #expect(parser.status == status)
      #expect(String(decoding: parser.body, as: UTF8.self) == body)
      #expect(parser.keepsAlive == keepsAlive)
      #expect(rest == 0)
    }
  }

  @Test(arguments: [
    ("", HTTPResponseFailure.closedBeforeResponse),
    ("HTTP/1.1 200 OK\r\nA: b", .headCutShort),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", .bodyCutShort),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", .bodyCutShort),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", .badChunk),
    ("HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n", .badLength("ten")),
    ("<html>hello</html>", .notHTTP),
    ("HTTP/2 200\r\n\r\n", .notHTTP),
    ("HTTP/1.1 2x0 OK\r\n\r\n", .badStatusLine),
    ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", .badField),
    ("HTTP/1.1 101 Switching\r\n\r\n", .unexpectedInterim(101)),
    (
      "HTTP/1.1 200 OK\r\nA: \(String(repeating: "a", count: 2000))\r\n\r\n",
      .headTooLarge(limit: 1000)
    ),
  ])
  func `what cannot be trusted is named`(text: String, failure: HTTPResponseFailure) {
    #expect(read(text).end == .failed(failure))
    #expect(read(text, byteWise: true).end == .failed(failure))
  }

  @Test func `a body nobody may send is left on the wire`() {
    #expect(read("HTTP/1.1 204 No\r\n\r\nbody").rest == 4)
    let head = read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", isHead: true)
    #expect(head.end == .complete)
    #expect(read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc").rest == 2)
  }

  @Test func `a long body is cut and the connection given up`() {
    let (parser, end, _) = read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789", maxBody: 4)
    #expect(end == .complete)
    #expect(parser.body.count == 4)
    #expect(parser.isTruncated)
    #expect(!parser.keepsAlive)
  }
}
