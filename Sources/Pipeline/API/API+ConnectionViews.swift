import Actors
import Transport

/// How a connection is shown, and which settings it takes.
extension API {
  /// - Parameter showing: the token just made, in clear; everyone else sees its prefix.
  func publicJSON(_ connection: Connection, showing secret: Secret? = nil) -> JSONValue {
    let name = Integration.all.first { $0.serviceId == connection.serviceId }?.name
    let activity = options.connectionActivity(connection.id)
    let prefix = connection.tokens.last { $0.replacedAt == nil }.map { $0.prefix + "…" }
    return [
      "id": JSONValue(connection.id), "serviceId": JSONValue(connection.serviceId),
      "name": .text(name), "universalApi": JSONValue(Integration.universalApi),
      "status": JSONValue(Self.status(of: connection, activity)),
      "enabled": JSONValue(connection.enabled), "consumerId": JSONValue(connection.consumerId),
      "applicationId": JSONValue(connection.applicationId),
      "createdAt": JSONValue(connection.createdAt.description),
      "lastRequestAt": .time(activity.lastRequest),
      "settings": .object(connection.settings),
      "metadata": [
        "baseUrl": JSONValue(baseURL(of: connection)),
        "apiToken": .text(secret?.reveal() ?? prefix),
      ],
    ]
  }

  private static func status(
    of connection: Connection, _ activity: ConnectionActivity.Entry
  ) -> String {
    if !connection.enabled { return "disabled" }
    return activity.wrongToken == nil ? "connected" : "error: wrong token"
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
      settings[member.name] = member.value.isNull ? .none : .some(member.value)
    }
    return settings
  }

  private static let known = [
    APIInput(
      "deactivatedStatus", .choice(["inactive", "terminated"]), nullable: true,
      "The employmentStatus of somebody whom the identity provider deactivates."),
    APIInput(
      "membershipUpdatesEmployees", .boolean, nullable: true,
      "Whether joining or leaving a group is an employee.updated too."),
  ]
}
