import Testing

@testable import Transport

@Suite struct HTTPClientTests {
  @Test func `a response arrives and the next request uses the same connection`() async throws {
    try await withServer(service: echo) { server, address, loop in
      let client = HTTPClient(loop: loop)
      let url = try HTTPURL(parsing: "http://localhost:\(address.port ?? 0)/a?b=c")
      var request = HTTPClientRequest(method: "POST", url: url, body: [1, 2, 3])
      request.fields["X-Test"] = "1"
      let first = try await client.send(request).get()
      #expect(first.status == 200)
      #expect(first.body == [1, 2, 3])
      #expect(first.fields["x-target"] == "/a?b=c")
      #expect(!first.reused)
      #expect(first.timing.connect != nil)
      let second = try await client.send(request).get()
      #expect(second.reused)
      #expect(server.statistics.connectionsAccepted == 1)
      client.closeIdle()
    }
  }
}
