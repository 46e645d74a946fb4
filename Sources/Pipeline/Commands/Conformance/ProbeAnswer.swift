import Transport

/// An answer and what a check asks of it; every refusal names the request it is about.
struct ProbeAnswer: Sendable {
  /// "GET /Users/2819".
  let request: String
  let status: Int
  let fields: HTTPFields
  /// Null when the body is no JSON.
  let json: JSONValue

  init(_ request: ProbeRequest, _ response: ProbeResponse) {
    self.request = request.line
    status = response.status
    fields = response.fields
    json = (try? JSONValue(parsing: response.body)) ?? .null
  }

  /// Resources of a list; none when there is no list.
  var resources: [JSONValue] { json["Resources"]?.array ?? [] }
  var total: Int? { json["totalResults"]?.int }

  @discardableResult
  func answered(_ wanted: Int...) throws(Unmet) -> ProbeAnswer {
    let words = wanted.map(\.description).joined(separator: " or ")
    try expect(wanted.contains(status), "\(status), not \(words), to \(request)\(why)")
    return self
  }

  /// An Error message with that status, as a string, and if named one of those scimTypes.
  func refused(_ wanted: Int..., as types: String...) throws(Unmet) {
    try expect(wanted.contains(status), "\(status), not \(wanted[0]), to \(request)\(why)")
    try expect(
      json["schemas"]?.array?.contains(.string(SCIMNames.error)) == true,
      "\(status) without a SCIM Error as its body to \(request)")
    try expect(
      json["status"]?.string == "\(status)",
      "status in the body is \(json["status"]?.text ?? "absent"), not \"\(status)\", to \(request)")
    let type = json["scimType"]?.string ?? "absent"
    try expect(
      types.isEmpty || types.contains(type),
      "scimType is \(type), not \(types.joined(separator: " or ")), to \(request)")
  }

  /// The value at that path; nil says that there must be none.
  func shows(_ path: String, _ wanted: JSONValue?) throws(Unmet) {
    let found = JSONPath.value(json, path)
    try expect(
      found == wanted,
      "\(path) is \(found?.text ?? "absent"), not \(wanted?.text ?? "absent"), to \(request)")
  }

  private var why: String {
    json["detail"]?.string.map { " (\($0))" } ?? ""
  }

  /// The id the server gave.
  var id: String {
    get throws(Unmet) {
      guard let id = json["id"]?.string, !id.isEmpty else {
        throw .failed("the resource has no id, to \(request)")
      }
      return id
    }
  }

  /// A ListResponse with all that belongs to it; a page by cursor need not count (RFC 9865 §2).
  @discardableResult
  func isList() throws(Unmet) -> ProbeAnswer {
    try answered(200)
    try expect(
      json["schemas"]?.array == [.string(SCIMNames.list)], "no ListResponse to \(request)")
    let isUncounted = json["totalResults"] == nil && json["startIndex"] == nil
    try expect(
      total != nil || isUncounted && json["itemsPerPage"]?.int != nil,
      "totalResults is no whole number, to \(request)")
    try expect(
      total == 0 || json["Resources"] == nil || json["Resources"]?.array != nil,
      "Resources is no array, to \(request)")
    return self
  }
}

/// Finds a value in a document: "name/familyName", "emails[work]/value" for the element of that
/// type, "members[2819]" for the element of that value.
enum JSONPath {
  static func value(_ json: JSONValue, _ path: String) -> JSONValue? {
    var found: JSONValue? = json
    for step in path.split(separator: "/") {
      let parts = step.split(separator: "[")
      found = found?[String(parts[0])]
      if parts.count == 2 {
        let key = String(parts[1].dropLast())
        found = found?.array?.first { $0["type"]?.string == key || $0["value"]?.string == key }
      }
    }
    // Null, an empty list and absence are one state (RFC 7643 §2.5).
    return found == .null || found == .array([]) ? .none : found
  }
}

/// Schema names the probe uses.
enum SCIMNames {
  static let user = "urn:ietf:params:scim:schemas:core:2.0:User"
  static let group = "urn:ietf:params:scim:schemas:core:2.0:Group"
  static let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
  private static let messages = "urn:ietf:params:scim:api:messages:2.0:"
  static let list = messages + "ListResponse"
  static let error = messages + "Error"
  static let patch = messages + "PatchOp"
  static let search = messages + "SearchRequest"
  static let bulk = messages + "BulkRequest"
  static let bulkAnswer = messages + "BulkResponse"
}
