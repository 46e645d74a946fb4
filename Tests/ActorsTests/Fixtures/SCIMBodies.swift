import Transport

@testable import Actors

/// What identity providers send, cut down to what matters, and short ways to write it.
enum SCIMBodies {
  static let core = "urn:ietf:params:scim:schemas:core:2.0:User"
  static let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

  static func object(_ json: String) throws -> JSONObject {
    guard let object = try JSONValue(parsing: json).object else { throw SCIMError.notAnObject }
    return object
  }

  /// A user body with `schemas` in front; `members` is the inside of an object.
  static func user(_ members: String) throws -> JSONObject {
    try object(#"{"schemas":["\#(core)"],\#(members)}"#)
  }

  static func patch(_ operations: String...) throws -> JSONObject {
    try object(
      #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":["#
        + operations.joined(separator: ",") + "]}")
  }

  static let oktaCreate = """
    {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com",
    "name":{"givenName":"Ada","familyName":"Quill"},
    "emails":[{"primary":true,"value":"ada@example.com","type":"work"}],
    "displayName":"Ada Quill","locale":"en-US","externalId":"00u1ada","groups":[],
    "password":"not-a-secret","active":true}
    """

  static let oktaReplace = """
    {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u1",
    "userName":"ada@example.com",
    "name":{"givenName":"Another","middleName":"Excited","familyName":"User"},
    "emails":[{"primary":true,"value":"ada@example.com","type":"work","display":"Ada"}],
    "active":true,"groups":[],"meta":{"resourceType":"User"}}
    """

  static let entraCreate = """
    {"active":true,"addresses":[{"type":"work","formatted":"X","streetAddress":"1 Road",
    "locality":"Town","region":"R","postalCode":"dk0 2uz","primary":true,"country":"Gibraltar"}],
    "displayName":"Aida","emails":[{"type":"work","value":"aida@example.com","primary":true}],
    "locale":"HN","name":{"givenName":"Aida","familyName":"Chandler","formatted":"Hyman"},
    "phoneNumbers":[{"type":"work","value":"0-351-9540","primary":true},
    {"type":"mobile","value":"0-351-9540"},{"type":"fax","value":"0-351-9540"}],
    "profileUrl":"ROQ","roles":[{"primary":"True","display":"D","value":"V","type":"T"}],
    "schemas":["urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"L1",
    "department":"B","manager":{"value":"m1"}},"userName":"aida@example.com","userType":"Q"}
    """

  static let jumpCloudMinimal = """
    {"active":true,"emails":null,"id":"u1","name":{"familyName":"last","givenName":"first"},
    "schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com"}
    """

  static func stored(_ json: String = oktaCreate) throws -> SCIMResource {
    try SCIMResourceType.user.create(from: object(json))
  }
}
