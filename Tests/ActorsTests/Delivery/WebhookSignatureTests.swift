import Testing
import Transport

@testable import Actors

@Suite struct WebhookSignatureTests {
  /// The published example of Standard Webhooks.
  let secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
  let body = Array(#"{"test": 2432232314}"#.utf8)
  let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

  func sign(_ secrets: [Secret]) -> String {
    WebhookSignature(secrets: secrets).header(
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: body)
  }

  @Test func `the published vector comes out`() { #expect(sign([secret]) == expected) }

  @Test func `each secret signs while one replaces another`() {
    let new = WebhookSignature.makeSecret()
    #expect(sign([new, secret]) == sign([new]) + " " + expected)
  }

  @Test func `a new secret is 24 random bytes behind the prefix`() {
    let secret = WebhookSignature.makeSecret().reveal()
    #expect(secret.hasPrefix("whsec_"))
    #expect(Base64.decode(String(secret.dropFirst(6)))?.count == 24)
  }

  @Test func `what is no secret signs nothing`() {
    #expect(WebhookSignature(secrets: [Secret("hello"), Secret("whsec_!")]).isEmpty)
  }
}
