extension SCIMSchema {
  /// RFC 7643 §4.2: a group and its members.
  package static let group = SCIMSchema(
    id: "urn:ietf:params:scim:schemas:core:2.0:Group", name: "Group", description: "Group",
    attributes: [
      SCIMAttribute("displayName", description: "Name of the group.", required: true),
      SCIMAttribute(
        "members", .complex, multiValued: true, description: "Who belongs to the group.",
        subAttributes: [
          SCIMAttribute(
            "value", description: "Id of the member.", caseExact: true, mutability: .immutable),
          SCIMAttribute(
            "$ref", .reference, description: "Address of the member.", caseExact: true,
            mutability: .immutable, referenceTypes: ["User", "Group"]),
          SCIMAttribute(
            "type", description: "Kind of member.", mutability: .immutable,
            canonicalValues: ["User", "Group"]),
          SCIMAttribute("display", description: "Name of the member."),
        ]),
    ])
}
