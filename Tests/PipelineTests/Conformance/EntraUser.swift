import Transport

/// Bodies as Entra ID sends them, with people who do not exist.
struct EntraUser: Sendable {
  var userName: String
  var externalId: String
  var more: [(String, JSONValue)]

  init(_ userName: String, externalId: String? = nil, more: [(String, JSONValue)] = []) {
    self.userName = userName
    self.externalId = externalId ?? "object-\(userName.prefix { $0 != "@" })"
    self.more = more
  }

  /// The body of POST /Users.
  var creation: JSONValue {
    var body: JSONValue = [
      "schemas": [JSONValue(SCIM.user), JSONValue(SCIM.enterprise)],
      "externalId": JSONValue(externalId), "userName": JSONValue(userName), "active": true,
      "displayName": "Edda Entra", "meta": ["resourceType": "User"], "roles": [],
      "emails": [["primary": true, "type": "work", "value": JSONValue(userName)]],
      "name": ["formatted": "Edda Entra", "familyName": "Entra", "givenName": "Edda"],
    ]
    body = body.setting(SCIM.enterprise, to: ["department": "Ledgers", "employeeNumber": "E-1"])
    for (name, value) in more { body = body.setting(name, to: value) }
    return body
  }

  /// The body of POST /Groups.
  static func group(_ name: String, externalId: String? = nil) -> JSONValue {
    [
      "schemas": [
        JSONValue(SCIM.group),
        "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
      ],
      "externalId": JSONValue(externalId ?? "object-\(name)"), "displayName": JSONValue(name),
      "meta": ["resourceType": "Group"],
    ]
  }
}
