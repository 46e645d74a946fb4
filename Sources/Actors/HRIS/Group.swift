package import Transport

/// The unified group an application receives; who belongs to it is told beside it, because that
/// can be any number.
package struct Group: Sendable, Equatable {
  package var id: String
  /// The id the identity provider knows.
  package var remoteId: String
  package var externalId: String?
  package var name: String
  /// What kind of group it is, by mapping rule.
  package var type: String?
  package var createdAt: Timestamp
  package var updatedAt: Timestamp
  package var deletedAt: Timestamp?
  /// Grows by one with every change of the group itself; members coming and going are no such.
  package var revision: Int
  package var consumerId: String
  package var serviceId: String
  package var connectionId: String

  package init(
    id: String, remoteId: String, externalId: String?, name: String, createdAt: Timestamp,
    connection: Connection
  ) {
    self.id = id
    self.remoteId = remoteId
    self.externalId = externalId
    self.name = name
    self.createdAt = createdAt
    updatedAt = createdAt
    revision = 1
    consumerId = connection.consumerId
    serviceId = connection.serviceId
    connectionId = connection.id
  }

  package var isDeleted: Bool { deletedAt != nil }

  package mutating func revise(at now: Timestamp) {
    revision += 1
    updatedAt = now
  }

  /// Marks the group as deleted; it stays readable.
  package mutating func delete(at now: Timestamp) {
    deletedAt = now
    revise(at: now)
  }
}

extension Group {
  package var json: JSONObject {
    JSONObject([
      .init(name: "id", value: JSONValue(id)), .init(name: "remoteId", value: JSONValue(remoteId)),
      .init(name: "externalId", value: externalId.map { JSONValue($0) } ?? .null),
      .init(name: "name", value: JSONValue(name)),
      .init(name: "type", value: type.map { JSONValue($0) } ?? .null),
      .init(name: "createdAt", value: JSONValue(createdAt.description)),
      .init(name: "updatedAt", value: JSONValue(updatedAt.description)),
      .init(name: "deleted", value: JSONValue(isDeleted)),
      .init(name: "deletedAt", value: deletedAt.map { JSONValue($0.description) } ?? .null),
      .init(name: "revision", value: JSONValue(revision)),
      .init(
        name: "connection",
        value: [
          "consumerId": JSONValue(consumerId), "serviceId": JSONValue(serviceId),
          "connectionId": JSONValue(connectionId),
        ]),
    ])
  }

  /// The members that stand in `data` of a group's events, `members` only where somebody came or went.
  package static let memberNames = [
    "id", "remoteId", "externalId", "name", "type", "createdAt", "updatedAt", "deleted",
    "deletedAt", "revision", "connection", "members",
  ]

  package var bytes: [UInt8] { json.bytes }

  /// - Parameter bytes: what `bytes` gave; anything else reads as a group without a name.
  package init(bytes: [UInt8]) {
    let json = (try? JSONValue(parsing: bytes)) ?? .null
    func time(_ name: String) -> Timestamp? {
      json[name]?.string.flatMap { Timestamp(parsing: $0) }
    }
    id = json["id"]?.string ?? ""
    remoteId = json["remoteId"]?.string ?? ""
    externalId = json["externalId"]?.string
    name = json["name"]?.string ?? ""
    type = json["type"]?.string
    createdAt = time("createdAt") ?? Timestamp(milliseconds: 0)
    updatedAt = time("updatedAt") ?? createdAt
    deletedAt = time("deletedAt")
    revision = json["revision"]?.int ?? 0
    consumerId = json["connection"]?["consumerId"]?.string ?? ""
    serviceId = json["connection"]?["serviceId"]?.string ?? ""
    connectionId = json["connection"]?["connectionId"]?.string ?? ""
  }

  /// The members that people see change, in the order they are written.
  package static func changes(from old: Group, to new: Group) -> [String] {
    let pairs: [(String, Bool)] = [
      ("externalId", old.externalId == new.externalId), ("name", old.name == new.name),
      ("type", old.type == new.type), ("deleted", old.isDeleted == new.isDeleted),
    ]
    return pairs.filter { !$0.1 }.map(\.0)
  }
}
