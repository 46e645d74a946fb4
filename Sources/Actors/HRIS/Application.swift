package import Transport

/// The product that receives employees; it owns API keys, consumers and webhooks.
package struct Application: Sendable, Equatable {
  package var id: String
  package var name: String
  package var keys: [HashedToken]
  package var createdAt: Timestamp
  /// Access tokens that were revoked before their time, each with the end it would have had.
  package var revokedAccess: [String: Timestamp]

  package init(
    id: String, name: String, keys: [HashedToken] = [], createdAt: Timestamp,
    revokedAccess: [String: Timestamp] = [:]
  ) {
    self.revokedAccess = revokedAccess
    self.id = id
    self.name = name
    self.keys = keys
    self.createdAt = createdAt
  }

  package init(json: JSONObject) throws(RecordError) {
    let record = RecordReader(json)
    self.init(
      id: try record.string("id"), name: try record.string("name"),
      keys: try record.tokens("keys"), createdAt: try record.time("createdAt"),
      revokedAccess: record.times("revokedAccess"))
  }

  package var json: JSONValue {
    var json = JSONObject()
    json["id"] = JSONValue(id)
    json["name"] = JSONValue(name)
    json["keys"] = .array(keys.map(\.json))
    json["createdAt"] = JSONValue(createdAt.description)
    if !revokedAccess.isEmpty {
      json["revokedAccess"] = .object(
        JSONObject(
          revokedAccess.sorted { $0.key < $1.key }.map {
            JSONObject.Member(name: $0.key, value: JSONValue($0.value.description))
          }))
    }
    return .object(json)
  }
}

extension Application {
  /// - Parameter now: what would have ended by itself until then is forgotten.
  mutating func revoke(access id: String, until end: Timestamp, at now: Timestamp) {
    revokedAccess = revokedAccess.filter { $0.value > now }
    revokedAccess[id] = end
  }
}
