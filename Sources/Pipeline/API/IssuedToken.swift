import Actors
import Transport

/// A credential at the moment it is made: the record that is kept and the text that is shown once.
struct IssuedToken: Sendable {
  let record: HashedToken
  let secret: Secret

  enum Kind: Sendable {
    /// What an application's server exchanges for access tokens.
    case apiKey
    /// What an identity provider sends with every push.
    case apiToken
    /// The end of the address of a set-up page.
    case setupLink

    var prefix: String {
      switch self {
      case .apiKey: "apikey_"
      case .apiToken: "scimtok_"
      case .setupLink: "setup_"
      }
    }

    fileprivate var idPrefix: String {
      switch self {
      case .apiKey: "key_"
      case .apiToken: "tok_"
      case .setupLink: "stp_"
      }
    }
  }

  /// 43 characters out of 62 hold 256 bits.
  init(
    _ kind: Kind, at now: Timestamp, expiresAt: Timestamp? = nil, name: String? = nil
  ) {
    let text = Random.token(prefix: kind.prefix, characters: 43)
    record = HashedToken(
      id: ULID.make(prefix: kind.idPrefix), token: text, createdAt: now, expiresAt: expiresAt,
      name: name)
    secret = Secret(text)
  }
}

extension HashedToken {
  /// What may be told of a credential after it was made.
  ///
  /// - Parameter used: when it last was; nil is never.
  func summary(used: Timestamp?) -> JSONValue {
    [
      "id": JSONValue(id), "name": .text(name), "prefix": JSONValue(prefix + "…"),
      "createdAt": JSONValue(createdAt.description), "lastUsedAt": .time(used),
      "replacedAt": .time(replacedAt),
    ]
  }
}
