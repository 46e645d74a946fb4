package import Transport

/// What a resource can be found by, in the one fold that uniqueness, filters and look-ups share.
package struct ResourceKeys: Sendable, Equatable {
  /// Folded; unique among the live resources of a connection.
  package var userName: String
  package var externalId: String?
  /// Folded, each once.
  package var emails: [String]
  package var employeeNumber: String?
  package var active: Bool

  /// - Parameter attributes: a resource's, with canonical names.
  package init(_ attributes: JSONObject) {
    userName = SCIMText.fold(attributes["userName"]?.string ?? "")
    externalId = attributes["externalId"]?.string
    var emails: [String] = []
    for email in attributes["emails"]?.array ?? [] {
      guard let value = email["value"]?.string.map(SCIMText.fold) else { continue }
      if !emails.contains(value) { emails.append(value) }
    }
    self.emails = emails
    employeeNumber = attributes[SCIMSchema.enterpriseUser.id]?["employeeNumber"]?.string
    active = attributes["active"]?.bool ?? true
  }

  /// - Parameter bytes: a stored resource; bytes that are no object have no keys.
  package init(stored bytes: [UInt8]) {
    let parsed = try? JSONValue(parsing: bytes)
    self.init(parsed?.object ?? JSONObject())
  }
}
