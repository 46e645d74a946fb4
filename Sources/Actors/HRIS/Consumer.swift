package import Transport

/// One customer of an application.
package struct Consumer: Sendable, Equatable {
  package var id: String
  package var applicationId: String
  package var name: String
  /// The application's own id for this customer, echoed in every event.
  package var externalId: String?
  package var createdAt: Timestamp

  package init(
    id: String, applicationId: String, name: String, externalId: String? = nil,
    createdAt: Timestamp
  ) {
    self.id = id
    self.applicationId = applicationId
    self.name = name
    self.externalId = externalId
    self.createdAt = createdAt
  }

  package init(json: JSONObject) throws(RecordError) {
    let record = RecordReader(json)
    self.init(
      id: try record.string("id"), applicationId: try record.string("applicationId"),
      name: try record.string("name"), externalId: record.optionalString("externalId"),
      createdAt: try record.time("createdAt"))
  }

  package var json: JSONValue {
    [
      "id": JSONValue(id), "applicationId": JSONValue(applicationId), "name": JSONValue(name),
      "externalId": externalId.map { JSONValue($0) } ?? .null,
      "createdAt": JSONValue(createdAt.description),
    ]
  }
}
