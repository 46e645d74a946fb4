import Actors
import Transport

/// How a connection is shown, and which settings it takes.
extension API {
  /// - Parameter showing: the token just made, in clear; everyone else sees its prefix.
  func publicJSON(_ connection: Connection, showing secret: Secret? = nil) -> JSONValue {
    let integration = Integration.all.first { $0.serviceId == connection.serviceId }
    let activity = options.connectionActivity(connection.id)
    let status = ConnectionStatus(of: connection, activity, at: options.now())
    return [
      "id": JSONValue(connection.id), "serviceId": JSONValue(connection.serviceId),
      "name": .text(integration?.name), "universalApi": JSONValue(Integration.universalApi),
      "status": JSONValue(status.word.rawValue), "statusDetail": JSONValue(status.detail),
      "enabled": JSONValue(connection.enabled), "consumerId": JSONValue(connection.consumerId),
      "applicationId": JSONValue(connection.applicationId),
      "createdAt": JSONValue(connection.createdAt.description),
      "lastRequestAt": .time(activity.lastHeard), "lastSuccessAt": .time(activity.lastSuccess),
      "lastRequest": activity.last.map(\.json) ?? .null,
      "settings": .object(connection.settings),
      "mapping": ["pending": JSONValue(backend.mappingPending(of: connection.id))],
      "metadata": .object(metadata(of: connection, showing: secret)),
    ]
  }

  /// What could be added, with the members of what was.
  static func available(_ integration: Integration) -> JSONValue {
    [
      "id": .null, "serviceId": JSONValue(integration.serviceId),
      "name": JSONValue(integration.name), "universalApi": JSONValue(Integration.universalApi),
      "status": JSONValue(ConnectionStatus.Word.available.rawValue),
      "statusDetail": JSONValue(ConnectionStatus.available(integration).detail),
      "enabled": false, "consumerId": .null, "applicationId": .null, "createdAt": .null,
      "lastRequestAt": .null, "lastSuccessAt": .null, "lastRequest": .null,
      "settings": [:], "metadata": [:],
    ]
  }

  private func metadata(of connection: Connection, showing secret: Secret?) -> JSONObject {
    let now = options.now()
    let prefix = connection.tokens.last { $0.isGood(at: now) }.map { $0.prefix + "…" }
    var metadata = JSONObject()
    metadata["baseUrl"] = JSONValue(baseURL(of: connection))
    metadata["apiToken"] = .text(secret?.reveal() ?? prefix)
    for member in connection.metadata.members { metadata[member.name] = member.value }
    return metadata
  }

  func baseURL(of connection: Connection) -> String {
    "\(backend.publicURL)/scim/v2/\(connection.slug)"
  }

  /// The stored settings with what was supplied; null takes one away.
  static func settings(
    _ supplied: JSONObject?, over stored: JSONObject
  ) throws(APIError) -> JSONObject {
    var settings = stored
    for member in supplied?.members ?? [] {
      guard let input = known.first(where: { $0.name == member.name }) else {
        let near = Suggestion.nearest(to: member.name, among: known.map(\.name)) ?? known[0].name
        throw .invalid(
          .body, "settings.\(member.name.prefix(64))", "is not a setting; did you mean \(near)?")
      }
      if let fault = input.fault(in: member.value) {
        throw .invalid(.body, "settings.\(member.name)", fault)
      }
      if input.name == "mapping",
        let fault = mappingFault(member.value, at: "settings.mapping")
      {
        throw fault
      }
      settings[member.name] = member.value.isNull ? .none : .some(member.value)
    }
    return settings
  }

  /// The stored members with what was supplied; null takes one away.
  static func metadata(
    _ supplied: JSONObject?, over stored: JSONObject
  ) throws(APIError) -> JSONObject {
    var metadata = stored
    for member in supplied?.members ?? [] {
      let field = "metadata.\(member.name.prefix(64))"
      if let reason = ours[member.name] { throw .invalid(.body, field, reason) }
      guard !member.name.isEmpty, member.name.utf8.count <= 64 else {
        throw .invalid(.body, field, "must have a name of 1 to 64 bytes")
      }
      metadata[member.name] = member.value.isNull ? .none : .some(member.value)
    }
    guard JSONValue.object(metadata).bytes.count <= metadataBytes else {
      throw .invalid(.body, "metadata", "must be at most \(metadataBytes) bytes of JSON")
    }
    return metadata
  }

  private static let metadataBytes = 8192
  private static let ours = [
    "baseUrl": "is the server's: it follows from --public-url and the connection",
    "apiToken": "is made by the server: POST …/tokens adds one",
  ]

  private static let known = [
    APIInput(
      "deactivatedStatus", .choice(["inactive", "terminated"]), nullable: true,
      "The employmentStatus of somebody whom the identity provider deactivates."),
    APIInput(
      "membershipUpdatesEmployees", .boolean, nullable: true,
      "Whether joining or leaving a group is an employee.updated too."),
    APIInput(
      "mapping", .object, nullable: true,
      "Employee field or customFields.NAME: where it comes from; groups: rules. docs/MAPPING.md."),
  ]
}
