import Actors
import Glibc
import Synchronization
import Testing
import Transport

@testable import Pipeline

struct PublicRouterTests {
  private let harness = APIHarness()

  @Test(arguments: ["/scim/v2/abc/Users", "/scim", "//scim/v2/abc", "/scim/v2/abc//Users/"])
  func `everything below scim is SCIM's`(target: String) async {
    #expect(await harness.send("GET", target).status == 299)
  }

  @Test func `the API does not hold a connection's event loop`() async {
    let loop = EventLoop(name: "test")
    defer { loop.stop() }
    let harness = harness
    let mine = await withTaskExecutorPreference(loop) {
      _ = await harness.own("GET", "/api/status")
      return await Self.thread()
    }
    let theirs = harness.backend.state.withLock { $0.thread }
    #expect(theirs != nil)
    #expect(theirs != mine)
  }

  @concurrent
  private static func thread() async -> UInt { pthread_self() }

  @Test func `HEAD is answered as GET`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    #expect(await harness.send("HEAD", "/api/consumers", token: tenant.token).status == 200)
    #expect(await harness.send("HEAD", "/api/auth").status == 405)
  }

  @Test func `alive and ready are told apart`() async {
    #expect(await harness.send("GET", "/healthz").text == "alive\n")
    #expect(await harness.send("GET", "/readyz").status == 200)
    harness.backend.refuse("The disk is short of space.", retryAfter: 300)
    let answer = await harness.send("GET", "/readyz")
    #expect(answer.status == 503)
    #expect(answer.text == "refusing writes: The disk is short of space.\n")
    #expect(await harness.send("GET", "/healthz").status == 200)
    #expect(await harness.send("POST", "/healthz").status == 405)
  }

  @Test func `metrics are for this machine only, and a proxy on it is not this machine`() async {
    let local = HTTPRequest.Peer.ip("127.0.0.1")
    let answer = await harness.send("GET", "/metrics", from: local)
    #expect(answer.status == 200)
    #expect(answer.fields["content-type"] == "text/plain; version=0.0.4")
    #expect(await harness.send("GET", "/metrics").status == 404)
    let proxied = await harness.send(
      "GET", "/metrics", fields: ["x-forwarded-for": "198.51.100.9"], from: local)
    #expect(proxied.status == 404)
    #expect(await harness.send("GET", "/metrics", from: .ip("::1")).status == 200)
  }

  @Test func `the inspector takes what its path names and nothing else`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let path = harness.inspector.path(webhookId: tenant.webhook)
    let taken = await harness.send("POST", path, ["type": "employee.created"])
    #expect(taken.status == 204)
    #expect(await harness.send("GET", path).status == 405)
    #expect(await harness.send("POST", "/inspector/guess/wh_1", [:]).status == 404)
    let list = await harness.own("GET", "/api/inspector")
    #expect(list.data.array?.count == 1)
    #expect(list.data.array?.first?["type"] == "employee.created")
    #expect(list.data.array?.first?["signature"] == "missing")
    #expect(await harness.send("GET", "/api/inspector").status == 403)
  }

  @Test(arguments: [
    ("/scim/v2/abc/Users", 65_536), ("/scim/v2/abc/Groups", 8_388_608),
    ("/scim/v2/abc/groups/1", 8_388_608), ("/scim/v2/abc//Bulk", 1_048_576),
    ("/scim/v2/Groups/Users", 65_536), ("/api/consumers", 262_144), ("/consumers", 262_144),
    ("/healthz", 0),
  ])
  func `a body's limit follows from the head`(target: String, limit: Int) {
    let head = HTTPRequest(method: "POST", target: target, peer: .stranger)
    #expect(PublicRouter.bodyLimit(of: head) == limit)
  }

  @Test func `a refusal of the server speaks the language of its area`() async {
    let scim = HTTPRequest(method: "POST", target: "/scim/v2/abc/Users", peer: .stranger)
    let api = HTTPRequest(method: "POST", target: "/api/consumers", peer: .stranger)
    let rejection = HTTPRejection.bodyTooLarge(limit: 65_536)
    let forSCIM = await Answer(PublicRouter.refusal(rejection, head: scim))
    #expect(forSCIM.status == 413)
    #expect(forSCIM.fields["content-type"] == "application/scim+json")
    #expect(forSCIM.json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"])
    #expect(forSCIM.json["status"] == "413")
    let forAPI = await Answer(PublicRouter.refusal(rejection, head: api))
    #expect(forAPI.status == 413)
    #expect(forAPI.fields["content-type"] == "application/problem+json")
    #expect(forAPI.json["status"] == 413)
    let broken = await Answer(PublicRouter.refusal(.badRequest(.requestLine), head: nil))
    #expect(broken.status == 400)
  }

  @Test(arguments: [
    HTTPRejection.badRequest(.host), .bothLengthAndTransferEncoding,
    .headerTooLarge(limit: 16_384), .bodyTooLarge(limit: 1), .unsupportedTransferEncoding,
    .methodNotImplemented, .versionNotSupported, .expectationFailed, .timeout,
  ])
  func `a refusal keeps its status in both languages`(rejection: HTTPRejection) {
    let scim = HTTPRequest(method: "POST", target: "/scim/v2/abc/Users", peer: .stranger)
    #expect(PublicRouter.refusal(rejection, head: scim).status == rejection.status)
    #expect(PublicRouter.refusal(rejection, head: nil).status == rejection.status)
  }
}
