import Testing

@testable import Transport

@Suite struct HTTPServerTests {
  @Test func `a request is answered and the connection stays open for the next one`() async throws {
    try await withServer(service: echo) { _, address, loop in
      let wire = try await Wire.connect(to: address, on: loop)
      for number in 1...3 {
        try await wire.send("POST /n/\(number) HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab")
        let answer = await wire.receive(until: "\r\n\r\nab")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("X-Target: /n/\(number)\r\n"))
        #expect(answer.contains("Content-Length: 2\r\n"))
        #expect(answer.contains("\r\nDate: "))
        #expect(!answer.contains("Connection: close"))
      }
      wire.close()
    }
  }
}
