package import Transport

extension AdminChange {
  /// `{"change":"consumer.created","id":…,"record":{…}}`: complete, so that replay needs no more.
  package var json: JSONObject {
    var json = JSONObject()
    json["change"] = JSONValue(name)
    json["id"] = JSONValue(subjectId)
    switch self {
    case .applicationCreated(let record): json["record"] = record.json
    case .consumerCreated(let record), .consumerUpdated(let record): json["record"] = record.json
    case .connectionCreated(let record), .connectionUpdated(let record):
      json["record"] = record.json
    case .webhookCreated(let record), .webhookUpdated(let record): json["record"] = record.json
    case .keyAdded(_, let token), .tokenAdded(_, let token), .setupLinkAdded(_, let token):
      json["record"] = token.json
    case .keyRevoked(_, let token), .tokenRevoked(_, let token): json["token"] = JSONValue(token)
    case .accessRevoked(_, let token, let until, let time):
      json["token"] = JSONValue(token)
      json["until"] = JSONValue(until.description)
      json["at"] = JSONValue(time.description)
    case .tokenReplaced(_, let token, let time), .setupLinkRevoked(_, let token, let time):
      json["token"] = JSONValue(token)
      json["at"] = JSONValue(time.description)
    case .connectionDeleted(_, let keeps): json["keepsEmployees"] = JSONValue(keeps)
    case .erasureBegun(let record), .erasureUpdated(let record): json["record"] = record.json
    case .consumerDeleted, .webhookDeleted, .erasureFinished: break
    }
    return json
  }

  package init(json: JSONObject) throws(RecordError) {
    let reader = RecordReader(json)
    let id = try reader.string("id")
    let name = try reader.string("change")
    switch name {
    case "application.created":
      self = .applicationCreated(try Application(json: try reader.nested("record")))
    case "key.added":
      self = .keyAdded(applicationId: id, try HashedToken(json: try reader.nested("record")))
    case "key.revoked":
      self = .keyRevoked(applicationId: id, keyId: try reader.string("token"))
    case "access.revoked":
      self = .accessRevoked(
        applicationId: id, tokenId: try reader.string("token"), until: try reader.time("until"),
        at: try reader.time("at"))
    case "consumer.created":
      self = .consumerCreated(try Consumer(json: try reader.nested("record")))
    case "consumer.updated":
      self = .consumerUpdated(try Consumer(json: try reader.nested("record")))
    case "consumer.deleted": self = .consumerDeleted(id: id)
    case "connection.created":
      self = .connectionCreated(try Connection(json: try reader.nested("record")))
    case "connection.updated":
      self = .connectionUpdated(try Connection(json: try reader.nested("record")))
    case "connection.deleted":
      self = .connectionDeleted(id: id, keepsEmployees: try reader.bool("keepsEmployees"))
    case "token.added":
      self = .tokenAdded(connectionId: id, try HashedToken(json: try reader.nested("record")))
    case "token.revoked":
      self = .tokenRevoked(connectionId: id, tokenId: try reader.string("token"))
    case "token.replaced":
      self = .tokenReplaced(
        connectionId: id, tokenId: try reader.string("token"), at: try reader.time("at"))
    case "setuplink.added":
      self = .setupLinkAdded(
        connectionId: id, try HashedToken(json: try reader.nested("record")))
    case "setuplink.revoked":
      self = .setupLinkRevoked(
        connectionId: id, linkId: try reader.string("token"), at: try reader.time("at"))
    case "webhook.created": self = .webhookCreated(try Webhook(json: try reader.nested("record")))
    case "webhook.updated": self = .webhookUpdated(try Webhook(json: try reader.nested("record")))
    case "webhook.deleted": self = .webhookDeleted(id: id)
    case "erasure.begun":
      self = .erasureBegun(try Erasure(json: try reader.nested("record")))
    case "erasure.updated":
      self = .erasureUpdated(try Erasure(json: try reader.nested("record")))
    case "erasure.finished": self = .erasureFinished(employeeId: id)
    default: throw .unknownChange(name)
    }
  }
}
