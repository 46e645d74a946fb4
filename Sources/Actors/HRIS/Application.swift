package import Transport

/// The product that receives employees; it owns API keys, consumers and webhooks.
package struct Application: Sendable, Equatable {
  package var id: String
  package var name: String
  package var keys: [HashedToken]
  package var createdAt: Timestamp

  package init(id: String, name: String, keys: [HashedToken] = [], createdAt: Timestamp) {
    self.id = id
    self.name = name
    self.keys = keys
    self.createdAt = createdAt
  }

  package init(json: JSONObject) throws(RecordError) {
    let record = RecordReader(json)
    self.init(
      id: try record.string("id"), name: try record.string("name"),
      keys: try record.tokens("keys"), createdAt: try record.time("createdAt"))
  }

  package var json: JSONValue {
    [
      "id": JSONValue(id), "name": JSONValue(name), "keys": .array(keys.map(\.json)),
      "createdAt": JSONValue(createdAt.description),
    ]
  }
}
