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
  package var settings: JSONObject
  package var enabled: Bool
  package var createdAt: Timestamp

  package init(
    id: String, consumerId: String, applicationId: String, serviceId: String, slug: String,
    tokens: [HashedToken] = [], settings: JSONObject = JSONObject(), enabled: Bool = true,
    createdAt: Timestamp
  ) {
    self.id = id
    self.consumerId = consumerId
    self.applicationId = applicationId
    self.serviceId = serviceId
    self.slug = slug
    self.tokens = tokens
    self.settings = settings
    self.enabled = enabled
    self.createdAt = createdAt
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
      enabled: try record.bool("enabled"), createdAt: try record.time("createdAt"))
  }

  package var json: JSONValue {
    [
      "id": JSONValue(id), "consumerId": JSONValue(consumerId),
      "applicationId": JSONValue(applicationId), "serviceId": JSONValue(serviceId),
      "slug": JSONValue(slug), "tokens": .array(tokens.map(\.json)),
      "settings": .object(settings), "enabled": JSONValue(enabled),
      "createdAt": JSONValue(createdAt.description),
    ]
  }
}
