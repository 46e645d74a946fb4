import Actors
import Testing
import Transport

@testable import Pipeline

struct AccessTokensTests {
  private let tokens = AccessTokens(key: Array(repeating: 1, count: 32))
  private let now = Timestamp(milliseconds: 1_767_323_045_000)

  private var token: AccessToken {
    AccessToken(
      id: "acc_1", applicationId: "app_1", keyId: "key_1", consumerId: "csm_1",
      expires: now.advanced(by: .seconds(60)))
  }

  @Test func `a signed token comes back until it expires`() {
    let text = tokens.sign(token)
    #expect(text.hasPrefix("access_"))
    #expect(tokens.verify(text, at: now) == token)
    #expect(tokens.verify(text, at: now.advanced(by: .seconds(60))) == nil)
  }

  @Test func `a token with any character changed is refused`() {
    let text = Array(tokens.sign(token).utf8)
    for index in text.indices {
      var changed = text
      changed[index] = changed[index] == 0x41 ? 0x42 : 0x41
      let forged = String(decoding: changed, as: UTF8.self)
      #expect(tokens.verify(forged, at: now) == nil, "byte \(index)")
    }
  }

  @Test func `another server's token is refused`() {
    let other = AccessTokens(key: Array(repeating: 2, count: 32))
    #expect(other.verify(tokens.sign(token), at: now) == nil)
  }

  @Test(arguments: ["", "access_", "access_.", "access_e30.e30", "apikey_1.2", "é.é"])
  func `what is no token is refused`(text: String) {
    #expect(tokens.verify(text, at: now) == nil)
  }
}
