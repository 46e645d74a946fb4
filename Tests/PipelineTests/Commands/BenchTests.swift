import Pipeline
import Testing
import Transport

@Suite struct ResponseScannerTests {
  private let response = Array(
    "HTTP/1.1 201 Created\r\nDate: x\r\ncontent-LENGTH:  5\r\nX: y\r\n\r\nhello".utf8)

  @Test func `an answer ends where its length says, however it is cut`() {
    for cut in 1..<response.count {
      var scanner = ResponseScanner()
      #expect(scanner.scan(response, count: cut) == .needsMore)
      let body = (response.count - 5)..<response.count
      #expect(scanner.scan(response, count: response.count) == .complete(status: 201, body: body))
    }
  }

  @Test func `204 needs no length, another answer does`() {
    var scanner = ResponseScanner()
    let empty = Array("HTTP/1.1 204 No Content\r\n\r\n".utf8)
    #expect(
      scanner.scan(empty, count: empty.count)
        == .complete(status: 204, body: empty.count..<empty.count))
    let endless = Array("HTTP/1.1 200 OK\r\n\r\n".utf8)
    #expect(scanner.scan(endless, count: endless.count) == .malformed)
  }
}

@Suite struct BenchRequestTests {
  private func base() throws -> HTTPURL {
    try HTTPURL(parsing: "http://127.0.0.1:8080/scim/v2/abc")
  }

  @Test func `numbers are patched in place and the length stays true`() throws {
    var request = BenchRequest.create(base: try base(), token: Secret("t"), run: "r1")
    request.patch(1_234_567_890)
    let text = String(decoding: request.bytes, as: UTF8.self)
    let parts = try #require(text.firstRange(of: "\r\n\r\n"))
    let body = text[parts.upperBound...]
    #expect(text.contains("\r\nContent-Length: \(body.utf8.count)\r\n"))
    let user = try JSONValue(parsing: String(body))
    #expect(user["userName"] == "br11234567890@example.com")
    #expect(user["externalId"] == "00ubenchr11234567890")
    request.patch(7)
    #expect(String(decoding: request.bytes, as: UTF8.self).contains("br10000000007@example.com"))
  }

  @Test func `a look-up asks for the same name as the creation`() throws {
    var request = BenchRequest.filter(base: try base(), token: Secret("t"), run: "r1")
    request.patch(7)
    let text = String(decoding: request.bytes, as: UTF8.self)
    #expect(
      text.hasPrefix(
        "GET /scim/v2/abc/Users?filter=userName%20eq%20%22br10000000007%40example.com%22"))
    #expect(text.hasSuffix("\r\n\r\n"))
  }

  @Test func `the table lines up`() {
    var report = BenchReport()
    var latency = LatencyHistogram()
    latency.record(microseconds: 60)
    report.rows = [
      .init(
        "fdatasync of 1 KiB, this disk", connections: nil, perSecond: 15_431.2,
        latency: latency, failed: 0),
      .init(
        "POST /Users, durable", connections: 64, perSecond: 10_234, latency: latency, failed: 1),
    ]
    report.rows[1].processorTime = .microseconds(120)
    (report.users, report.peakMemory, report.reason) = (51_170, 88 << 20, "429 Busy.")
    #expect(
      report.text == """
        call                            connections  per second        p50        p99  CPU each  failed
        fdatasync of 1 KiB, this disk             -      15,431    0.06 ms    0.06 ms         -       0
        POST /Users, durable                     64      10,234    0.06 ms    0.06 ms    120 us       1
        51,170 users at the end; server's peak memory 88.0 MiB
        ! failed: 429 Busy.

        """)
  }

  @Test func `the disk probe counts durable writes and leaves nothing behind`() throws {
    let directory = try ScratchDirectory(in: "/tmp", named: "probe")
    defer { directory.remove() }
    let result = try DiskProbe.run(in: directory.path, for: .milliseconds(20))
    #expect(result.latency.count > 0 && result.perSecond > 0)
    #expect(try FileSystem.list(directory.path).isEmpty)
  }
}
