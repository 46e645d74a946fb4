import Transport

@testable import Pipeline

/// What the identity provider sends of everybody in it.
extension ErasureScene {
  static func user(_ name: String, manager: String? = nil) -> JSONValue {
    var json: JSONObject = OktaUser(name).creation.object ?? JSONObject()
    guard let manager else { return .object(json) }
    json["schemas"] = [
      "urn:ietf:params:scim:schemas:core:2.0:User",
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    ]
    json["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = [
      "department": "Works", "manager": ["value": JSONValue(manager), "displayName": "Zeldarina"],
    ]
    return .object(json)
  }

  static func person(manager: String) -> JSONValue {
    [
      "schemas": [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn:example:params:custom",
      ],
      "userName": JSONValue(address), "externalId": "00uQUUXEXTERNAL", "active": true,
      "name": ["givenName": "Zelda", "familyName": "Quuxington"], "displayName": "Zeldarina",
      "emails": [
        ["value": JSONValue(address), "type": "work", "primary": true],
        ["value": "zquux@home.example", "type": "home"],
      ],
      "phoneNumbers": [["value": "+49 30 7319 0001", "type": "work"]],
      "addresses": [["type": "home", "streetAddress": "Quuxstrasse 7", "locality": "Berlin"]],
      "photos": [["value": "https://photos.example/zelda-quux.png", "type": "photo"]],
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": [
        "employeeNumber": JSONValue(number), "department": "Works",
        "manager": ["value": JSONValue(manager)],
      ],
      "urn:example:params:custom": ["note": "quux-custom-value"],
    ]
  }

  static func group(_ person: String, _ other: String) -> JSONValue {
    [
      "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Works",
      "members": [
        ["value": JSONValue(person), "display": "Zelda Quuxington"],
        ["value": JSONValue(other), "display": "Report"],
      ],
    ]
  }
}
