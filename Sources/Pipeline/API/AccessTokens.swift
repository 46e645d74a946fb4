import Transport

/// What an access token says: which key made it, for whom, until when.
struct AccessToken: Sendable, Equatable {
  /// By which it is revoked; empty in tokens of earlier releases, which only end.
  var id = ""
  var applicationId: String
  /// The API key it was exchanged for; it dies with that key.
  var keyId: String
  /// Whose data it opens; nil for scope application.
  var consumerId: String?
  var expires: Timestamp
}

/// Signs and checks access tokens; they carry their own claims, so nothing is stored for one that
/// was not revoked.
///
/// `access_` + base64url claims + `.` + base64url HMAC-SHA-256 over everything before the dot.
struct AccessTokens: Sendable {
  static let prefix = "access_"
  static let lifetime: Duration = .seconds(3600)

  private let key: HMACKey

  /// - Parameter key: at least 32 random bytes, kept 0600; another key voids every token.
  init(key: [UInt8]) { self.key = HMACKey(key) }

  func sign(_ token: AccessToken) -> String {
    let claims: JSONValue = [
      "a": JSONValue(token.applicationId), "k": JSONValue(token.keyId),
      "c": .text(token.consumerId), "e": JSONValue(Int(token.expires.seconds)),
      "t": JSONValue(token.id),
    ]
    let signed = Self.prefix + Base64.encode(claims.bytes, .url)
    return signed + "." + Base64.encode(key.code(for: Array(signed.utf8)), .url)
  }

  /// The claims when the signature is ours and the time has not come; nil tells nothing more.
  func verify(_ text: String, at now: Timestamp) -> AccessToken? {
    guard text.utf8.count <= 1024, text.hasPrefix(Self.prefix),
      let dot = text.firstIndex(of: "."),
      let code = Base64.decode(String(text[text.index(after: dot)...]), .url),
      constantTimeEqual(code, key.code(for: Array(text[..<dot].utf8)))
    else { return nil }
    guard let token = Self.claims(text[..<dot].dropFirst(Self.prefix.count)) else { return nil }
    return token.expires > now ? token : nil
  }

  private static func claims(_ text: Substring) -> AccessToken? {
    guard let bytes = Base64.decode(String(text), .url),
      let claims = try? JSONValue(parsing: bytes),
      let application = claims["a"]?.string, let key = claims["k"]?.string,
      let expires = claims["e"]?.int
    else { return nil }
    return AccessToken(
      id: claims["t"]?.string ?? "", applicationId: application, keyId: key,
      consumerId: claims["c"]?.string,
      expires: Timestamp(milliseconds: Int64(expires) * 1000))
  }
}
