package import Transport

/// One customer's link to one system that pushes people; what a Base URL and its tokens belong to.
package struct Connection: Sendable, Equatable {
  package var id: String
  package var consumerId: String
  package var applicationId: String
  /// Which integration: `okta-scim`, `entra-scim` and so on.
  package var serviceId: String
  /// The last part of the Base URL; unique, without underscore.
  package var slug: String
  package var tokens: [HashedToken]
  package var settings: JSONObject { didSet { mapping = ConnectionMapping(settings) } }
  /// What the application keeps beside it, for itself.
  package var metadata: JSONObject
  /// Links to the page on which the customer's IT administrator sets it up; a replaced one was
  /// revoked.
  package var setupLinks: [HashedToken]
  package var enabled: Bool
  package var createdAt: Timestamp
  /// What its settings make of people and groups.
  package private(set) var mapping: ConnectionMapping

  package init(
    id: String, consumerId: String, applicationId: String, serviceId: String, slug: String,
    tokens: [HashedToken] = [], settings: JSONObject = JSONObject(),
    metadata: JSONObject = JSONObject(), setupLinks: [HashedToken] = [], enabled: Bool = true,
    createdAt: Timestamp
  ) {
    self.metadata = metadata
    self.setupLinks = setupLinks
    self.id = id
    self.consumerId = consumerId
    self.applicationId = applicationId
    self.serviceId = serviceId
    self.slug = slug
    self.tokens = tokens
    self.settings = settings
    self.enabled = enabled
    self.createdAt = createdAt
    mapping = settings.isEmpty ? .standard : ConnectionMapping(settings)
  }

  /// What `employmentStatus` becomes when a person is switched off: `inactive` or `terminated`.
  package var deactivatedStatus: String {
    settings["deactivatedStatus"]?.string == "terminated" ? "terminated" : "inactive"
  }

  /// Whether joining or leaving a group is an update of the employee; off unless asked for.
  package var tellsMembership: Bool { settings["membershipUpdatesEmployees"]?.bool == true }
}

extension Connection {
  package init(json: JSONObject) throws(RecordError) {
    let record = RecordReader(json)
    self.init(
      id: try record.string("id"), consumerId: try record.string("consumerId"),
      applicationId: try record.string("applicationId"),
      serviceId: try record.string("serviceId"), slug: try record.string("slug"),
      tokens: try record.tokens("tokens"), settings: try record.nested("settings"),
      metadata: record.object["metadata"]?.object ?? JSONObject(),
      setupLinks: record.object["setupLinks"] == nil ? [] : try record.tokens("setupLinks"),
      enabled: try record.bool("enabled"), createdAt: try record.time("createdAt"))
  }

  package var json: JSONValue {
    var json = JSONObject()
    json["id"] = JSONValue(id)
    json["consumerId"] = JSONValue(consumerId)
    json["applicationId"] = JSONValue(applicationId)
    json["serviceId"] = JSONValue(serviceId)
    json["slug"] = JSONValue(slug)
    json["tokens"] = .array(tokens.map(\.json))
    json["settings"] = .object(settings)
    json["metadata"] = metadata.members.isEmpty ? nil : .object(metadata)
    json["setupLinks"] = setupLinks.isEmpty ? nil : .array(setupLinks.map(\.json))
    json["enabled"] = JSONValue(enabled)
    json["createdAt"] = JSONValue(createdAt.description)
    return .object(json)
  }
}

extension Connection {
  /// Links that no longer open anything are kept for people to see, so many of them.
  package static let spentLinks = 16

  mutating func add(link: HashedToken) {
    let now = link.createdAt
    setupLinks.removeAll { $0.expiresAt.map { $0 <= now } ?? false }
    let revoked = setupLinks.filter { $0.replacedAt != nil }
    let spent = Set(revoked.dropLast(Self.spentLinks - 1).map(\.id))
    setupLinks.removeAll { spent.contains($0.id) }
    setupLinks.append(link)
  }
}
