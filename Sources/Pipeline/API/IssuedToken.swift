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

    var prefix: String {
      switch self {
      case .apiKey: "apikey_"
      case .apiToken: "scimtok_"
      }
    }

    fileprivate var idPrefix: String {
      switch self {
      case .apiKey: "key_"
      case .apiToken: "tok_"
      }
    }
  }

  /// 43 characters out of 62 hold 256 bits.
  init(_ kind: Kind, at now: Timestamp) {
    let text = Random.token(prefix: kind.prefix, characters: 43)
    record = HashedToken(id: ULID.make(prefix: kind.idPrefix), token: text, createdAt: now)
    secret = Secret(text)
  }
}

extension HashedToken {
  /// What may be told of a credential after it was made.
  var summary: JSONValue {
    [
      "id": JSONValue(id), "prefix": JSONValue(prefix + "…"),
      "createdAt": JSONValue(createdAt.description), "replacedAt": .time(replacedAt),
    ]
  }
}
