import Transport

/// One request that an identity provider was recorded to send, its names and values our own, and
/// what its answer must say. `{user}`, `{other}` and `{group}` stand for ids that are there.
struct ProviderShape: Sendable, CustomStringConvertible {
  let name: String
  let provider: Provider
  let method: String
  let path: String
  let body: JSONValue?
  let status: Int
  /// What must stand in the answer, or in the resource when the answer is 204; null is absence.
  let fields: [(path: String, value: JSONValue)]

  var description: String { name }

  init(
    _ name: String, _ provider: Provider, _ request: String, _ body: JSONValue? = nil,
    answers status: Int, _ fields: [(path: String, value: JSONValue)] = []
  ) {
    self.name = name
    self.provider = provider
    let words = request.split(separator: " ", maxSplits: 1)
    (method, path) = (String(words[0]), String(words[1]))
    self.body = body
    self.status = status
    self.fields = fields
  }

  static let all = okta + entra + jumpCloud + patches

  private static let okta: [ProviderShape] = [
    ProviderShape(
      "okta: user exists", .okta,
      "GET /Users?filter=userName+eq+%22no.body%40example.com%22&startIndex=1&count=100",
      answers: 200,
      [("totalResults", 0), ("startIndex", 1), ("Resources", [])]),
    ProviderShape(
      "okta: create user", .okta, "POST /Users",
      OktaUser("shape@example.com", givenName: "Shay", familyName: "Pe").creation, answers: 201,
      [
        ("userName", "shape@example.com"), ("name.givenName", "Shay"), ("name.familyName", "Pe"),
        ("emails.0.value", "shape@example.com"), ("emails.0.primary", true), ("active", true),
        ("locale", "en-US"), ("externalId", "00u-shape"), ("meta.resourceType", "User"),
        ("password", .null), ("groups", .null),
      ]),
    ProviderShape(
      "okta: retrieve user", .okta, "GET /Users/{user}", answers: 200,
      [("userName", "user@example.com"), ("active", true), ("meta.resourceType", "User")]),
    ProviderShape(
      "okta: update user", .okta, "PUT /Users/{user}",
      OktaUser("user@example.com").creation.setting("id", to: "{user}")
        .setting(
          "name", to: ["givenName": "Other", "middleName": "Eager", "familyName": "Person"]
        )
        .setting("meta", to: ["resourceType": "User"]).setting("password", to: nil), answers: 200,
      [("name.middleName", "Eager"), ("name.givenName", "Other"), ("active", true)]),
    ProviderShape(
      "okta: update user by PATCH", .okta, "PATCH /Users/{user}", OktaUser.deactivation,
      answers: 200,
      [("active", false), ("userName", "user@example.com"), ("id", "{user}")]),
    ProviderShape(
      "okta: create group", .okta, "POST /Groups", GroupStory.group("Shapes"), answers: 201,
      [("displayName", "Shapes"), ("members", .null), ("meta.resourceType", "Group")]),
    ProviderShape(
      "okta: retrieve group", .okta, "GET /Groups/{group}", answers: 200,
      [("displayName", "Group"), ("members.0.value", "{other}"), ("id", "{group}")]),
    ProviderShape(
      "okta: update group membership", .okta, "PATCH /Groups/{group}",
      SCIM.patch(
        SCIM.op("remove", "members[value eq \"{other}\"]"),
        SCIM.op("add", "members", [["value": "{user}", "display": "user@example.com"]]),
        SCIM.op(
          "replace", "members",
          [
            ["value": "{user}", "display": "user@example.com"],
            ["value": "{other}", "display": "other@example.com"],
          ])), answers: 204, [("members.0.value", "{other}"), ("members.1.value", "{user}")]),
    ProviderShape(
      "okta: update group name", .okta, "PATCH /Groups/{group}",
      SCIM.patch(SCIM.op("replace", nil, ["id": "{group}", "displayName": "Renamed"])),
      answers: 204,
      [("displayName", "Renamed"), ("members.0.value", "{other}")]),
  ]

  private static let entra: [ProviderShape] = [
    ProviderShape(
      "entra: create user", .entra, "POST /Users", EntraUser("made@example.com").creation,
      answers: 201,
      [
        ("userName", "made@example.com"), ("name.formatted", "Edda Entra"), ("roles", .null),
        ("emails.0.type", "work"), ("externalId", "object-made"), ("active", true),
      ]),
    ProviderShape(
      "entra: get user", .entra, "GET /Users/{user}", answers: 200,
      [("externalId", "00u-user"), ("userName", "user@example.com")]),
    ProviderShape(
      "entra: query nobody", .entra, "GET /Users?filter=userName+eq+%22non-existent+user%22",
      answers: 200,
      [("totalResults", 0), ("Resources", [])]),
    ProviderShape(
      "entra: query somebody", .entra, "GET /Users?filter=userName+eq+%22User%40example.com%22",
      answers: 200, [("totalResults", 1), ("startIndex", 1), ("Resources.0.id", "{user}")]),
    ProviderShape(
      "entra: update user", .entra, "PATCH /Users/{user}",
      SCIM.patch(
        SCIM.op("Replace", "emails[type eq \"work\"].value", "changed@example.com"),
        SCIM.op("Replace", "name.familyName", "Changed"),
        SCIM.op("Replace", "userName", "changed@example.com"),
        SCIM.op("Replace", "active", false)), answers: 200,
      [
        ("emails.0.value", "changed@example.com"), ("name.familyName", "Changed"),
        ("userName", "changed@example.com"), ("active", false),
      ]),
    ProviderShape(
      "entra: create group", .entra, "POST /Groups", EntraUser.group("Made"), answers: 201,
      [("displayName", "Made"), ("externalId", "object-Made"), ("members", .null)]),
    ProviderShape(
      "entra: get group", .entra, "GET /Groups/{group}?excludedAttributes=members", answers: 200,
      [("displayName", "Group"), ("members", .null)]),
    ProviderShape(
      "entra: get group by name", .entra, "GET /Groups?filter=displayName+eq+%22Group%22",
      answers: 200,
      [("totalResults", 1), ("Resources.0.id", "{group}")]),
    ProviderShape(
      "entra: update group", .entra, "PATCH /Groups/{group}",
      SCIM.patch(
        SCIM.op("Replace", "displayName", "Updated"),
        SCIM.op("Add", "members", [["$ref": .null, "value": "{user}"]]),
        SCIM.op("Remove", "members", [["$ref": .null, "value": "{user}"]])), answers: 204,
      [("displayName", "Updated"), ("members.0.value", "{other}"), ("members.1", .null)]),
    ProviderShape(
      "entra: a generated user with everything", .entra, "POST /Users", everything, answers: 201,
      [
        ("addresses.0.country", "Gibraltar"), ("roles.0.primary", true),
        ("phoneNumbers.2.type", "fax"), ("name.honorificSuffix", "Suffix"),
        ("timezone", "Europe/Example"), ("userType", "QWXYZ"), ("profileUrl", "PROFILEURL"),
      ]),
  ]

  private static var everything: JSONValue {
    let body: JSONValue = [
      "schemas": [JSONValue(SCIM.user), JSONValue(SCIM.enterprise)], "active": true,
      "addresses": [
        [
          "type": "work", "formatted": "FORMATTED", "streetAddress": "046 Example Route",
          "locality": "LOCALITY", "region": "REGION", "postalCode": "xy0 2zz", "primary": true,
          "country": "Gibraltar",
        ]
      ],
      "displayName": "DISPLAY", "locale": "LOCALE", "nickName": "NICK", "title": "TITLE",
      "emails": [["type": "work", "value": "generated@example.com", "primary": true]],
      "name": [
        "givenName": "Given", "familyName": "Family", "formatted": "Formatted",
        "middleName": "Middle", "honorificPrefix": "Prefix", "honorificSuffix": "Suffix",
      ],
      "phoneNumbers": [
        ["type": "work", "value": "0-555-0100", "primary": true],
        ["type": "mobile", "value": "0-555-0100"], ["type": "fax", "value": "0-555-0100"],
      ],
      "preferredLanguage": "xx", "profileUrl": "PROFILEURL", "timezone": "Europe/Example",
      "roles": [["primary": "True", "display": "ROLE", "value": "VALUE", "type": "TYPE"]],
      "userName": "generated@example.com", "userType": "QWXYZ",
    ]
    return body.setting(
      SCIM.enterprise,
      to: [
        "employeeNumber": "NUMBER", "department": "DEPARTMENT", "costCenter": "COST",
        "organization": "ORG", "division": "DIVISION", "manager": ["value": "MANAGER"],
      ])
  }

  private static var jumpCloudPerson: JSONValue {
    [
      "active": true, "displayName": "Juno Cloud", "locale": "en-US", "preferredLanguage": "en-US",
      "emails": [["primary": true, "type": "work", "value": "juno@example.com"]],
      "externalId": "66e2-juno", "name": ["familyName": "Cloud", "givenName": "Juno"],
      "schemas": [JSONValue(SCIM.user), JSONValue(SCIM.enterprise)], "userName": "juno@example.com",
    ]
  }

  private static let jumpCloud: [ProviderShape] = [
    ProviderShape(
      "jumpcloud: create user", .jumpCloud, "POST /Users",
      jumpCloudPerson.setting(
        "phoneNumbers",
        to: [["primary": true, "type": "work", "value": "tel:+1-555-555-0100"]]
      ).setting("addresses", to: [["country": "US", "primary": true, "type": "work"]]),
      answers: 201,
      [("phoneNumbers.0.value", "tel:+1-555-555-0100"), ("addresses.0.country", "US")]),
    ProviderShape(
      "jumpcloud: put the whole user", .jumpCloud, "PUT /Users/{user}",
      jumpCloudPerson.setting("id", to: "{user}").setting("addresses", to: [])
        .setting("phoneNumbers", to: []).setting("title", to: "Captain")
        .setting("photos", to: [["value": "https://img.example.com/1.png"]])
        .setting(SCIM.enterprise, to: ["department": "Deck"]), answers: 200,
      [
        ("title", "Captain"), ("addresses", .null),
        ("photos.0.value", "https://img.example.com/1.png"),
      ]),
    ProviderShape(
      "jumpcloud: put as little as possible", .jumpCloud, "PUT /Users/{user}",
      [
        "active": true, "emails": .null, "id": "{user}", "schemas": [JSONValue(SCIM.user)],
        "name": ["familyName": "Least", "givenName": "Lee"], "userName": "user@example.com",
      ], answers: 200, [("emails", .null), ("name.familyName", "Least"), ("displayName", .null)]),
  ]

  private static let patches: [ProviderShape] = [
    ProviderShape(
      "patch: attributes without a path", .okta, "PATCH /Users/{user}",
      SCIM.patch(
        SCIM.op(
          "add", nil,
          ["emails": [["value": "home@example.com", "type": "home"]], "nickname": "Uzi"])),
      answers: 200,
      [("nickName", "Uzi"), ("emails.1.value", "home@example.com"), ("emails.0.type", "work")]),
    ProviderShape(
      "patch: a complex attribute three ways", .okta, "PATCH /Users/{user}",
      SCIM.patch(
        SCIM.op("add", nil, ["name.givenName": "Una"]),
        SCIM.op("add", "name", ["familyName": "User"]),
        SCIM.op("add", "name.formatted", "Una User")), answers: 200,
      [("name", ["formatted": "Una User", "familyName": "User", "givenName": "Una"])]),
    ProviderShape(
      "patch: a member with its address", .okta, "PATCH /Groups/{group}",
      SCIM.patch(
        SCIM.op(
          "add", "members",
          [
            [
              "display": "Una User", "value": "{user}",
              "$ref": "https://scim.example.com/v2/Users/{user}",
            ]
          ])), answers: 204, [("members.1.value", "{user}"), ("members.1.display", "Una User")]),
  ]
}
