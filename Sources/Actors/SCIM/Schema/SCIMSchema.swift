/// A named set of attribute definitions (RFC 7643 §7).
package final class SCIMSchema: Sendable {
  package let id: String
  package let name: String
  package let description: String
  package let attributes: SCIMAttributeList

  package init(id: String, name: String, description: String, attributes: [SCIMAttribute]) {
    self.id = id
    self.name = name
    self.description = description
    self.attributes = SCIMAttributeList(attributes)
  }
}
