import Testing
import Transport

@testable import Actors

@Suite struct SCIMSchemaTests {
  @Test func `every characteristic is the one RFC 7643 gives`() {
    var lines = [String]()
    for schema in [SCIMSchema.user, .group, .enterpriseUser] {
      lines.append("# " + schema.id)
      for attribute in schema.attributes.all { describe(attribute, "", &lines) }
    }
    let expected = SCIMCharacteristics.text.split(separator: "\n").map(String.init)
    #expect(lines.count == expected.count)
    for (line, wanted) in zip(lines, expected) { #expect(line == wanted) }
  }

  private func describe(_ attribute: SCIMAttribute, _ indent: String, _ lines: inout [String]) {
    var words = [attribute.name, attribute.kind.rawValue]
    if attribute.multiValued { words.append("multiValued") }
    if attribute.required { words.append("required") }
    if attribute.caseExact { words.append("caseExact") }
    words += [
      attribute.mutability.rawValue, attribute.returned.rawValue, attribute.uniqueness.rawValue,
    ]
    if !attribute.canonicalValues.isEmpty {
      words.append("values=" + attribute.canonicalValues.joined(separator: ","))
    }
    if !attribute.referenceTypes.isEmpty {
      words.append("refers=" + attribute.referenceTypes.joined(separator: ","))
    }
    lines.append(indent + words.joined(separator: " "))
    for sub in attribute.subAttributes.all { describe(sub, indent + "  ", &lines) }
  }

  @Test func `only what is served is listed`() {
    let catalog = SCIMCatalog.builtIn
    #expect(catalog.schemas.map(\.name) == ["User", "EnterpriseUser", "Group"])
    #expect(catalog.resourceType(endpoint: "/users")?.name == "User")
    #expect(catalog.resourceType(segment: "Groups")?.name == "Group")
    #expect(SCIMCatalog(types: [.user]).schema(SCIMSchema.group.id) == nil)
  }

  @Test(arguments: [
    ("userName", "userName"), ("USERNAME", "userName"), ("name.givenname", "name.givenName"),
    ("urn:ietf:params:scim:schemas:core:2.0:user:emails.VALUE", "emails.value"),
    ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "0/department"),
    ("manager", "0/manager"), ("manager.value", "0/manager.value"),
    ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "whole 0"),
    ("urn:ietf:params:scim:schemas:core:2.0:User", "whole core"),
    ("name.nope", "stray name nope"), ("nope", "unknown nope"),
    ("urn:x:1.0:thing.sub", "unknown urn:x:1.0 thing sub"), ("urn:x:1.0", "unknown urn:x:1.0"),
    (
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department",
      "unknown urn:ietf:params:scim:schemas:extension:enterprise:2.0User department"
    ),
  ])
  func `a path finds its attribute in any case, with and without URN`(
    head: String, meaning: String
  ) {
    let found =
      switch SCIMResourceType.user.target(of: head) {
      case .attribute(let attribute, let sub, let block):
        (block.map { "\($0)/" } ?? "") + attribute.name + (sub.map { "." + $0.name } ?? "")
      case .stray(let attribute, let sub, _): "stray \(attribute.name) \(sub)"
      case .block(let index): "whole " + (index.map(String.init) ?? "core")
      case .unknown(let names): "unknown " + names.joined(separator: " ")
      }
    #expect(found == meaning)
  }
}
