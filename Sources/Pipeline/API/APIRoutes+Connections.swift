extension APIRoutes {
  static let keys = [
    APIRoute(
      .application(.listKeys), "GET", "/keys",
      "List the application's API keys by prefix, each with its last use.",
      answer: .page(of: .named("Key"))),
    APIRoute(
      .application(.createKey), "POST", "/keys", success: 201,
      "Add an API key; shown in this answer alone. The others stay valid.",
      answer: .data(.named("NewKey")), refuses: [.conflict],
      body: [credentialName]),
    APIRoute(
      .application(.deleteKey), "DELETE", "/keys/{id}", success: 204,
      "Revoke an API key and every access token made with it; the only one there is stays.",
      answer: .nothing, refuses: [.conflict]),
  ]

  static let connections = [
    APIRoute(
      .consumer(.listConnections), "GET", "/connections",
      "List every integration, added or available.",
      answer: .page(of: .either([.named("Connection"), .named("AvailableConnection")]))),
    APIRoute(
      .consumer(.createConnection), "POST", connection, success: 201,
      "Add a connection; this answer alone shows its API token.",
      answer: .data(.named("Connection")), refuses: [.conflict],
      body: [settings, metadata]),
    APIRoute(
      .consumer(.getConnection), "GET", connection, "Read one connection.",
      answer: .data(.named("Connection"))),
    APIRoute(
      .consumer(.updateConnection), "PATCH", connection,
      "Change what is supplied of a connection.", answer: .data(.named("Connection")),
      body: [
        APIInput("enabled", .boolean, "false refuses every push until it is true again."),
        settings, metadata,
      ]),
    APIRoute(
      .consumer(.deleteConnection), "DELETE", connection, success: 204,
      "Revoke a connection for good.", answer: .nothing,
      query: [
        APIInput(
          "employees", .choice(["keep", "delete"]), required: true,
          "keep: they stay readable as they are; delete: each is deleted, with its event.")
      ]),
    APIRoute(
      .consumer(.getFields), "GET", connection + "/fields",
      "Tell how many employees have which field now, and which the identity provider does not fill.",
      answer: .data(.named("FieldReport")), refuses: [.tooManyRequests]),
  ]

  static let credentials = [
    APIRoute(
      .consumer(.listTokens), "GET", connection + "/tokens",
      "List the connection's API tokens by prefix, each with its last use.",
      answer: .page(of: .named("Token"))),
    APIRoute(
      .consumer(.createToken), "POST", connection + "/tokens", success: 201,
      "Add an API token; shown in this answer alone. Earlier ones stay valid unless told.",
      answer: .data(.named("NewToken")), refuses: [.conflict],
      body: tokenMembers),
    APIRoute(
      .consumer(.deleteToken), "DELETE", connection + "/tokens/{id}", success: 204,
      "Revoke an API token at once.", answer: .nothing),
    APIRoute(
      .consumer(.listSetupLinks), "GET", connection + "/setup-links",
      "List the set-up links that are open, and the latest that were revoked.",
      answer: .page(of: .named("SetupLink"))),
    APIRoute(
      .consumer(.createSetupLink), "POST", connection + "/setup-link", success: 201,
      "Make a link to the set-up page for the customer's IT admin; shown in this answer alone.",
      answer: .data(.named("NewSetupLink")), refuses: [.conflict],
      body: [
        APIInput(
          "expiresIn", .integer(60...SetupLinks.longest), "Seconds; 604800, 7 days, when absent.")
      ]),
    APIRoute(
      .consumer(.deleteSetupLink), "DELETE", connection + "/setup-link/{id}", success: 204,
      "Revoke a set-up link; tokens made on its page stay.", answer: .nothing),
  ]

  /// 30 days: long enough for any change window.
  static let maximumOverlap = 30 * 86_400

  private static let connection = "/connections/{universalApi}/{serviceId}"
  static let credentialName = APIInput("name", .text(limit: 100), "What people call it.")
  static let tokenMembers = [
    credentialName,
    APIInput(
      "overlap", .integer(0...maximumOverlap),
      "Seconds until the earlier tokens stop; when absent they go on until revoked."),
  ]
  private static let settings = APIInput(
    "settings", .object,
    "deactivatedStatus: inactive or terminated. membershipUpdatesEmployees: true, false."
      + " mapping: docs/MAPPING.md.")
  private static let metadata = APIInput(
    "metadata", .object,
    "Members of your own, kept and shown; null takes one away. baseUrl and apiToken are not yours.")
}
