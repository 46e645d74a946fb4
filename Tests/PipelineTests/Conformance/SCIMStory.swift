import Testing
import Transport

/// Words that every provider's story is told in.
enum SCIM {
  static let user = "urn:ietf:params:scim:schemas:core:2.0:User"
  static let group = "urn:ietf:params:scim:schemas:core:2.0:Group"
  static let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
  static let list: JSONValue = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]

  static func patch(_ operations: JSONValue...) -> JSONValue { patch(operations: operations) }

  static func patch(operations: [JSONValue]) -> JSONValue {
    [
      "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      "Operations": .array(operations),
    ]
  }

  /// One operation; without a path or a value when they are nil.
  static func op(_ op: String, _ path: String? = nil, _ value: JSONValue? = nil) -> JSONValue {
    var object = JSONObject([.init(name: "op", value: JSONValue(op))])
    if let path { object["path"] = JSONValue(path) }
    if let value { object["value"] = value }
    return .object(object)
  }

  /// An object whose names are no literals, such as URNs.
  static func object(_ members: [(String, JSONValue)]) -> JSONValue {
    .object(JSONObject(members.map { JSONObject.Member(name: $0.0, value: $0.1) }))
  }

  /// A list's address with a filter, encoded; `more` follows as it stands.
  static func filter(_ filter: String, in endpoint: String = "/Users", more: String = "") -> String
  {
    "\(endpoint)?filter=\(HTTPPercent.encode(filter))\(more)"
  }
}

extension JSONValue {
  /// What stands at a dotted path, an element by its number: "emails.0.value".
  func at(_ path: String) -> JSONValue? {
    var found: JSONValue? = self
    for step in path.split(separator: ".") {
      guard let here = found else { return .none }
      if let number = Int(step) {
        let elements = here.array ?? []
        found = elements.indices.contains(number) ? elements[number] : .none
      } else {
        found = here[String(step)]
      }
    }
    return found
  }

  var enterprise: JSONValue? { self[SCIM.enterprise] }
}

extension TestAnswer {
  func at(_ path: String) -> JSONValue? { json.at(path) }

  var enterprise: JSONValue? { json.enterprise }
  var version: JSONValue? { at("meta.version") }

  /// The resource's id, which is there or the story ends.
  var id: String {
    get throws { try #require(self["id"]?.string, "\(self)") }
  }

  /// Whether it is a list of that many, whole or not.
  func isList(of total: Int) -> Bool {
    status == 200 && self["schemas"] == SCIM.list && self["totalResults"] == JSONValue(total)
      && self["Resources"]?.array != nil && self["startIndex"]?.number?.isInteger == true
      && self["itemsPerPage"]?.number?.isInteger == true
  }
}
