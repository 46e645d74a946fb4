package import Transport

/// A bearer credential as it is kept: enough to recognise it, too little to use it.
package struct HashedToken: Sendable, Equatable {
  package var id: String
  /// SHA-256 of the whole token, lower-case hex. Compare in constant time.
  package var hash: String
  /// The first characters in clear, so that a person can tell two apart.
  package var prefix: String
  package var createdAt: Timestamp
  /// Since when another token stands in its place; a replaced token no longer opens anything.
  ///
  /// A time to come is the end of an overlap: until then both are good.
  package var replacedAt: Timestamp?
  /// When it ends by itself; nil: never.
  package var expiresAt: Timestamp?
  /// What people call it, when they gave it a name.
  package var name: String?

  package init(
    id: String, hash: String, prefix: String, createdAt: Timestamp, replacedAt: Timestamp? = nil,
    expiresAt: Timestamp? = nil, name: String? = nil
  ) {
    self.expiresAt = expiresAt
    self.name = name
    self.id = id
    self.hash = hash
    self.prefix = prefix
    self.createdAt = createdAt
    self.replacedAt = replacedAt
  }

  /// How a presented token is looked up.
  package static func hash(of token: String) -> String {
    Hex.encode(SHA256.hash(Array(token.utf8)))
  }

  /// The record of a token just drawn.
  /// - Parameter shown: how many leading characters stay readable.
  package init(
    id: String, token: String, shown: Int = 12, createdAt: Timestamp,
    expiresAt: Timestamp? = nil, name: String? = nil
  ) {
    self.init(
      id: id, hash: Self.hash(of: token), prefix: String(token.prefix(shown)),
      createdAt: createdAt, expiresAt: expiresAt, name: name)
  }

  /// Whether it opens anything at that moment.
  package func isGood(at now: Timestamp) -> Bool {
    replacedAt.map { now < $0 } ?? true && expiresAt.map { now < $0 } ?? true
  }
}

extension HashedToken {
  package init(json: JSONObject) throws(RecordError) {
    let record = RecordReader(json)
    self.init(
      id: try record.string("id"), hash: try record.string("hash"),
      prefix: try record.string("prefix"), createdAt: try record.time("createdAt"),
      replacedAt: record.optionalTime("replacedAt"), expiresAt: record.optionalTime("expiresAt"),
      name: record.optionalString("name"))
  }

  package var json: JSONValue {
    var json = JSONObject()
    json["id"] = JSONValue(id)
    json["hash"] = JSONValue(hash)
    json["prefix"] = JSONValue(prefix)
    json["createdAt"] = JSONValue(createdAt.description)
    json["replacedAt"] = replacedAt.map { JSONValue($0.description) } ?? .null
    json["expiresAt"] = expiresAt.map { JSONValue($0.description) }
    json["name"] = name.map { JSONValue($0) }
    return .object(json)
  }
}
