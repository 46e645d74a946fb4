import Actors
import Testing
import Transport

@Suite("Ingress frames what arrives")
struct IngressTests {
  @Test(arguments: ["/scim/v2/test/Users/", "/scim/v2//test//Users", "/scim/v2/test/users"])
  func `doubled and trailing slashes and the case of the endpoint count for nothing`(
    target: String
  ) async throws {
    try await ReadsTests.withUsers(0) { pipeline in
      var request = HTTPRequest(method: "GET", target: target, peer: .ip(.loopback, port: 1))
      request.fields["Authorization"] = MiniaturePipeline.token
      #expect(await pipeline.ingress.receive(request).status == 200)
    }
  }

  @Test func `a Base URL that ends in Users is told apart from an unknown route`() async throws {
    try await ReadsTests.withUsers(0) { pipeline in
      let answer = await pipeline.send("GET", "/Users/Users")
      #expect(answer.status == 404)
      #expect(answer.json["detail"]?.string?.contains("must not end in /Users") == true)
    }
  }

  @Test func `an unknown Base URL says so`() async throws {
    try await ReadsTests.withUsers(0) { pipeline in
      var request = HTTPRequest(
        method: "GET", target: "/scim/v2/other/Users", peer: .ip(.loopback, port: 1))
      request.fields["Authorization"] = MiniaturePipeline.token
      #expect(await pipeline.ingress.receive(request).status == 404)
    }
  }

  @Test func `the client is the rightmost untrusted address of a trusted proxy`() throws {
    let proxy = try #require(IPNetwork(parsing: "127.0.0.0/8"))
    let origin = RequestOrigin(publicURL: nil, trustedProxies: [proxy])
    var request = HTTPRequest(method: "GET", target: "/", peer: .ip(.loopback, port: 1))
    #expect(origin.client(of: request) == "127.0.0.1")
    request.fields["X-Forwarded-For"] = "198.51.100.1, 203.0.113.9, 127.0.0.5"
    #expect(origin.client(of: request) == "203.0.113.9")
    let stranger = try #require(IPAddress(parsing: "192.0.2.1"))
    request.peer = .ip(stranger, port: 1)
    #expect(origin.client(of: request) == "192.0.2.1")
  }
}
