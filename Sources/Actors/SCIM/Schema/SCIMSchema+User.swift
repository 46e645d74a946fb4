extension SCIMSchema {
  /// RFC 7643 §4.1: the core User.
  package static let user = SCIMSchema(
    id: "urn:ietf:params:scim:schemas:core:2.0:User", name: "User", description: "User Account",
    attributes: [
      SCIMAttribute(
        "userName", description: "Name the person signs in with; one per Base URL.",
        required: true, uniqueness: .server),
      SCIMAttribute(
        "name", .complex, description: "The parts of the person's name.",
        subAttributes: [
          SCIMAttribute("formatted", description: "The full name, ready for display."),
          SCIMAttribute("familyName", description: "Family or last name."),
          SCIMAttribute("givenName", description: "Given or first name."),
          SCIMAttribute("middleName", description: "Middle names."),
          SCIMAttribute("honorificPrefix", description: "Title in front, such as Dr."),
          SCIMAttribute("honorificSuffix", description: "Title behind, such as III."),
        ]),
      SCIMAttribute("displayName", description: "Name to show to others."),
      SCIMAttribute("nickName", description: "Casual name."),
      SCIMAttribute(
        "profileUrl", .reference, description: "Address of an online profile.", caseExact: true,
        referenceTypes: ["external"]),
      SCIMAttribute("title", description: "Job title."),
      SCIMAttribute("userType", description: "Relation to the organisation, such as Contractor."),
      SCIMAttribute("preferredLanguage", description: "Preferred language, as Accept-Language."),
      SCIMAttribute("locale", description: "Default location for currency, dates and numbers."),
      SCIMAttribute("timezone", description: "Time zone name, such as Europe/Berlin."),
      SCIMAttribute("active", .boolean, description: "Whether the account is in use."),
      SCIMAttribute(
        "password", description: "Accepted and dropped; never stored or returned.",
        caseExact: true, mutability: .writeOnly, returned: .never),
      plural("emails", "E-mail addresses.", types: ["work", "home", "other"]),
      plural(
        "phoneNumbers", "Telephone numbers.",
        types: ["work", "home", "mobile", "fax", "pager", "other"]),
      plural(
        "ims", "Instant messaging addresses.",
        types: ["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"]),
      plural(
        "photos", "Addresses of pictures of the person.", value: .reference,
        types: ["photo", "thumbnail"]),
      addresses,
      groups,
      plural("entitlements", "Things the person is entitled to."),
      plural("roles", "Roles of the person."),
      plural("x509Certificates", "Certificates, base64 of DER.", value: .binary),
    ])

  /// The usual multi-valued shape of RFC 7643 §2.4.
  private static func plural(
    _ name: String, _ description: String, value kind: SCIMAttribute.Kind = .string,
    types: [String] = []
  ) -> SCIMAttribute {
    SCIMAttribute(
      name, .complex, multiValued: true, description: description,
      subAttributes: [
        SCIMAttribute(
          "value", kind, description: "The value itself.", caseExact: kind != .string,
          referenceTypes: kind == .reference ? ["external"] : []),
        SCIMAttribute("display", description: "The value as people read it."),
        SCIMAttribute("type", description: "What the value is for.", canonicalValues: types),
        SCIMAttribute("primary", .boolean, description: "Whether this value is the main one."),
      ])
  }

  private static let addresses = SCIMAttribute(
    "addresses", .complex, multiValued: true, description: "Postal addresses.",
    subAttributes: [
      SCIMAttribute("formatted", description: "The whole address, ready for a label."),
      SCIMAttribute("streetAddress", description: "Street, house number, apartment."),
      SCIMAttribute("locality", description: "City or town."),
      SCIMAttribute("region", description: "State or region."),
      SCIMAttribute("postalCode", description: "Postal code."),
      SCIMAttribute("country", description: "Country."),
      SCIMAttribute(
        "type", description: "What the address is for.",
        canonicalValues: ["work", "home", "other"]),
      SCIMAttribute("primary", .boolean, description: "Whether this address is the main one."),
    ])

  private static let groups = SCIMAttribute(
    "groups", .complex, multiValued: true, description: "Groups the person belongs to.",
    mutability: .readOnly,
    subAttributes: [
      SCIMAttribute(
        "value", description: "Id of the group.", caseExact: true, mutability: .readOnly),
      SCIMAttribute(
        "$ref", .reference, description: "Address of the group.", caseExact: true,
        mutability: .readOnly, referenceTypes: ["Group"]),
      SCIMAttribute("display", description: "Name of the group.", mutability: .readOnly),
      SCIMAttribute(
        "type", description: "Member itself or through another group.", mutability: .readOnly,
        canonicalValues: ["direct", "indirect"]),
    ])

  /// RFC 7643 §4.3: the enterprise extension of User.
  package static let enterpriseUser = SCIMSchema(
    id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", name: "EnterpriseUser",
    description: "Enterprise User",
    attributes: [
      SCIMAttribute("employeeNumber", description: "Identifier the organisation gave."),
      SCIMAttribute("costCenter", description: "Cost centre."),
      SCIMAttribute("organization", description: "Organisation."),
      SCIMAttribute("division", description: "Division."),
      SCIMAttribute("department", description: "Department."),
      SCIMAttribute(
        "manager", .complex, description: "The person's manager.",
        subAttributes: [
          SCIMAttribute("value", description: "Id of the manager.", caseExact: true),
          SCIMAttribute(
            "$ref", .reference, description: "Address of the manager.", caseExact: true,
            referenceTypes: ["User"]),
          SCIMAttribute(
            "displayName", description: "Name of the manager.", mutability: .readOnly),
        ]),
    ])
}
