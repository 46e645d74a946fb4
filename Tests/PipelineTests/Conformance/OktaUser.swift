import Transport

/// Bodies as Okta sends them, with people who do not exist.
struct OktaUser: Sendable {
  static let core = "urn:ietf:params:scim:schemas:core:2.0:User"
  static let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
  static let password = "not-a-password-at-all"

  var userName: String
  var givenName: String
  var familyName: String
  var externalId: String
  var title: String?

  init(
    _ userName: String, givenName: String = "Testa", familyName: String = "Person",
    externalId: String? = nil, title: String? = nil
  ) {
    self.userName = userName
    self.givenName = givenName
    self.familyName = familyName
    self.externalId = externalId ?? "00u-\(userName.prefix { $0 != "@" })"
    self.title = title
  }

  /// The body of POST /Users.
  var creation: JSONValue {
    var body: JSONValue = [
      "schemas": [JSONValue(Self.core)], "userName": JSONValue(userName),
      "name": ["givenName": JSONValue(givenName), "familyName": JSONValue(familyName)],
      "emails": [["primary": true, "value": JSONValue(userName), "type": "work"]],
      "displayName": JSONValue("\(givenName) \(familyName)"), "locale": "en-US",
      "externalId": JSONValue(externalId), "groups": [], "password": JSONValue(Self.password),
      "active": true,
    ]
    if let title { body = body.setting("title", to: JSONValue(title)) }
    return body
  }

  /// The look-up that comes before everything else.
  static func filter(_ userName: String, space: String = "%20") -> String {
    let name = userName.replacing("@", with: "%40").replacing("+", with: "%2B")
    return "/Users?filter=userName\(space)eq\(space)%22\(name)%22&startIndex=1&count=100"
  }

  /// PATCH with one operation without path.
  static func patch(_ value: JSONValue) -> JSONValue {
    [
      "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      "Operations": [["op": "replace", "value": value]],
    ]
  }

  static let deactivation = patch(["active": false])
  static let reactivation = patch(["active": true])
}

extension JSONValue {
  /// The same object with one member set, or removed by nil.
  func setting(_ name: String, to value: JSONValue?) -> JSONValue {
    guard var object else { return self }
    object[name] = value
    return .object(object)
  }
}
