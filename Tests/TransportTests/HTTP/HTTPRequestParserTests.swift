import Testing

@testable import Transport

/// What a stretch of bytes came to: the requests in it and how it ended.
private struct Reading: Equatable {
  var requests: [String] = []
  var end = HTTPRequestParser.Step.needsMore
}

private func read(_ pieces: [[UInt8]], bodyLimit: Int = 1 << 20) -> Reading {
  var reading = Reading()
  var parser = HTTPRequestParser()
  for piece in pieces {
    var position = 0
    while true {
      let step = parser.parse(piece.span, at: &position)
      reading.end = step
      if case .head = step {
        parser.bodyLimit = bodyLimit
        continue
      }
      guard case .complete = step else { break }
      let facts = "\(parser.isHTTP11) \(parser.keepsAlive) \(parser.expectsContinue)"
      let request = parser.take(peer: .ip(.loopback, port: 1))
      let fields = request.fields.fields.map { "\($0.name)=\($0.value)" }
      let body = String(decoding: request.body, as: UTF8.self)
      reading.requests.append("\(request.method) \(request.target) \(fields) \(body) \(facts)")
    }
    if case .rejected = reading.end { break }
  }
  return reading
}

private func read(_ text: String, bodyLimit: Int = 1 << 20) -> Reading {
  read([Array(text.utf8)], bodyLimit: bodyLimit)
}

private let host = "Host: x\r\n"
private let chunkedHead = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

private let corpus: [String] = [
  "GET / HTTP/1.1\r\n\(host)\r\n",
  "\r\n\r\nGET /a?b=%20c HTTP/1.1\r\nhOsT:x:80 \t\r\nAccept:\t*/*\r\nX-Empty:\r\n\r\n",
  "POST /x HTTP/1.1\r\n\(host)Content-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\n\(host)\r\n",
  "\(chunkedHead)5;a=b\r\nhello\r\n1 ;c=\"d\"\r\n!\r\n00\r\nTrailer: yes\r\n\r\n",
  "GET http://Example.com:81/p?q HTTP/1.1\r\nHost: other\r\nConnection: Close\r\n\r\n",
  "GET https://example.com HTTP/1.1\r\nHost: other\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\n\(host)\r\n",
  "GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
  "PUT / HTTP/1.1\r\n\(host)Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
  "POST / HTTP/1.1\r\n\(host)Content-Length: 2\r\nContent-Length: 2\r\n\r\nab",
  "GET / HTTP/1.1\r\n\(host)X: caf\u{e9}\r\n\r\n",
  "\(chunkedHead)zz\r\n", "\(chunkedHead)3\r\nabcdef\r\n", "\(chunkedHead)FFFFFFFFFFFFFFFFF\r\n",
  "GET / HTTP/1.1\r\n\(host)X: a\u{0}b\r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
  "GET / HTTP/1.1\r\n\(host)A: \(String(repeating: "y", count: 17_000))\r\n\r\n",
  "\(chunkedHead)1;\(String(repeating: "e", count: 5000))\r\nx\r\n0\r\n\r\n",
  "\(chunkedHead)0\r\nT: \(String(repeating: "t", count: 17_000))\r\n\r\n",
  "\u{16}\u{3}\u{1}", "GET / HTTP/1.1\nHost: x\n\n",
]

private let refusals: [(String, HTTPRejection)] = [
  ("GET  / HTTP/1.1\r\n", .badRequest(.target)),
  (" GET / HTTP/1.1\r\n", .badRequest(.requestLine)),
  ("GET / HTTP/1.1 \r\n", .badRequest(.requestLine)),
  ("GET /\r\n", .badRequest(.requestLine)),
  ("G(T / HTTP/1.1\r\n", .badRequest(.requestLine)),
  ("GET /\u{7f} HTTP/1.1\r\n", .badRequest(.target)),
  ("GET /a#b HTTP/1.1\r\n", .badRequest(.target)),
  ("GET a HTTP/1.1\r\n", .badRequest(.target)),
  ("GET * HTTP/1.1\r\n", .badRequest(.target)),
  ("GET ftp://x/ HTTP/1.1\r\n", .badRequest(.target)),
  ("GET http://u@x/ HTTP/1.1\r\n", .badRequest(.target)),
  ("CONNECT x:443 HTTP/1.1\r\n", .methodNotImplemented),
  ("GET / HTTP/1.1\n", .badRequest(.lineEnding)),
  ("GET / http/1.1\r\n", .badRequest(.requestLine)),
  ("GET / HTTP/1.10\r\n", .badRequest(.requestLine)),
  ("PRI * HTTP/2.0\r\n", .versionNotSupported),
  ("GET / HTTP/1.1\r\n\r\n", .badRequest(.host)),
  ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .badRequest(.host)),
  ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .badRequest(.host)),
  ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .badRequest(.fieldName)),
  ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", .badRequest(.folding)),
  ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .badRequest(.folding)),
  ("GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", .badRequest(.fieldLine)),
  ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", .badRequest(.fieldName)),
  ("GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n", .badRequest(.fieldValue)),
  ("GET / HTTP/1.1\r\nHost: a\r\nX: b\n\r\n", .badRequest(.lineEnding)),
  ("GET / HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n", .badRequest(.fieldValue)),
  ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", .badRequest(.contentLength)),
  ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", .badRequest(.contentLength)),
  ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", .badRequest(.contentLength)),
  ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n", .badRequest(.contentLength)),
  (
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    .badRequest(.contentLength)
  ),
  (
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    .bothLengthAndTransferEncoding
  ),
  (
    "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    .unsupportedTransferEncoding
  ),
  (
    "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n",
    .unsupportedTransferEncoding
  ),
  (
    "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
    .badRequest(.transferEncoding)
  ),
  ("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .badRequest(.transferEncoding)),
  ("GET / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n", .expectationFailed),
  ("\(chunkedHead)\r\n", .badRequest(.chunk)),
  ("\(chunkedHead)-1\r\n", .badRequest(.chunk)),
  ("\(chunkedHead)1\nx\r\n", .badRequest(.lineEnding)),
  ("\(chunkedHead)1\r\nxy\r\n", .badRequest(.chunk)),
  ("\(chunkedHead)1;a\u{1}\r\nx\r\n", .badRequest(.chunk)),
  ("\(chunkedHead)0\r\nbad trailer\r\n\r\n", .badRequest(.fieldName)),
  ("\(chunkedHead)200000\r\n", .bodyTooLarge(limit: 1 << 20)),
  ("\(chunkedHead)FFFFFFFFFFFFFFFFFF\r\n", .bodyTooLarge(limit: 1 << 20)),
  (
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    .bodyTooLarge(limit: 1 << 20)
  ),
]

@Suite struct HTTPRequestParserTests {
  @Test(arguments: corpus)
  func `cut at any byte, the bytes mean the same`(text: String) {
    let bytes = Array(text.utf8)
    let whole = read([bytes])
    #expect(read(bytes.map { [$0] }) == whole)
    for cut in stride(from: 0, through: bytes.count, by: bytes.count > 1000 ? 1009 : 1) {
      let halves = read([Array(bytes[..<cut]), Array(bytes[cut...])])
      if halves != whole { Issue.record("cut at \(cut): \(halves) instead of \(whole)") }
    }
  }

  @Test func `a request is taken apart`() {
    let reading = read(corpus[1])
    #expect(
      reading.requests == [
        "GET /a?b=%20c [\"hOsT=x:80\", \"Accept=*/*\", \"X-Empty=\"]  true true false"
      ])
  }

  @Test func `requests that follow one another are told apart`() {
    let reading = read(corpus[2])
    #expect(reading.requests.count == 2)
    #expect(reading.requests[0].contains("hello true"))
    #expect(reading.requests[1].hasPrefix("GET /2"))
    #expect(reading.end == .needsMore)
  }

  @Test func `chunks become one body, extensions and trailers are dropped`() {
    #expect(read(corpus[3]).requests.first?.hasSuffix("hello! true true false") == true)
    #expect(read(corpus[3]).requests.first?.contains("Trailer") == false)
  }

  @Test func `the host of an absolute target counts`() {
    let reading = read(corpus[4])
    #expect(reading.requests.first?.contains("GET /p?q [") == true)
    #expect(reading.requests.first?.contains("Host=Example.com:81") == true)
    #expect(read(corpus[5]).requests.first?.hasPrefix("GET / ") == true)
  }

  @Test func `1.0 closes unless asked not to`() {
    #expect(
      read(corpus[7]).requests.map { $0.suffix(17) } == ["false false false", " false true false"])
  }

  @Test(arguments: refusals)
  func `what RFC 9112 forbids is refused by name`(text: String, rejection: HTTPRejection) {
    let reading = read(text)
    #expect(reading.end == .rejected(rejection))
    #expect(reading.requests.isEmpty)
  }

  @Test func `a head of the limit passes and one byte more does not`() {
    let frame = "GET / HTTP/1.1\r\n\(host)A: \r\n\r\n".utf8.count
    func head(_ size: Int) -> String {
      "GET / HTTP/1.1\r\n\(host)A: \(String(repeating: "a", count: size - frame))\r\n\r\n"
    }
    #expect(read(head(16_384)).requests.count == 1)
    #expect(read(head(16_385)).end == .rejected(.headerTooLarge(limit: 16_384)))
  }

  @Test func `a body of the limit passes and one byte more does not`() {
    let head = "POST / HTTP/1.1\r\n\(host)Content-Length: "
    #expect(read(head + "3\r\n\r\nabc", bodyLimit: 3).requests.count == 1)
    #expect(
      read(head + "4\r\n\r\nabcd", bodyLimit: 3).end == .rejected(.bodyTooLarge(limit: 3)))
  }

  @Test func `random damage never crashes and never depends on the cut`() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      guard var bytes = corpus.randomElement(using: &generator).map({ Array($0.utf8.prefix(400)) })
      else { continue }
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[index] = Bool.random() ? .random(in: 0...255) : "\r\n:; 0,\t".utf8.randomElement()!
      }
      let whole = read([bytes])
      let cut = Int.random(in: 0...bytes.count, using: &generator)
      if read([Array(bytes[..<cut]), Array(bytes[cut...])]) != whole {
        Issue.record("cut at \(cut) changes \(bytes)")
      }
    }
  }
}
