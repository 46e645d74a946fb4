package import Transport

/// What the first start made: shown once on a terminal, or written to a file for scripts.
package struct FirstStart: Sendable {
  /// Where SCIM arrives, slug included.
  package var baseURL: String
  package var apiToken: Secret
  package var apiURL: String
  package var apiKey: Secret
  package var applicationId: String
  package var consumerId: String
  package var connectionId: String
  package var webhookId: String
  package var webhookSecret: Secret

  package init(
    baseURL: String, apiToken: Secret, apiURL: String, apiKey: Secret, applicationId: String,
    consumerId: String, connectionId: String, webhookId: String, webhookSecret: Secret
  ) {
    self.baseURL = baseURL
    self.apiToken = apiToken
    self.apiURL = apiURL
    self.apiKey = apiKey
    self.applicationId = applicationId
    self.consumerId = consumerId
    self.connectionId = connectionId
    self.webhookId = webhookId
    self.webhookSecret = webhookSecret
  }

  /// The content of `first-start.json` and of `--credentials FILE`; secrets in clear.
  package var credentials: JSONObject {
    let members: [(String, String)] = [
      ("baseUrl", baseURL), ("apiToken", apiToken.reveal()), ("apiKey", apiKey.reveal()),
      ("applicationId", applicationId), ("consumerId", consumerId),
      ("connectionId", connectionId), ("webhookId", webhookId),
      ("webhookSecret", webhookSecret.reveal()), ("apiUrl", apiURL),
    ]
    return JSONObject(members.map { .init(name: $0.0, value: .string($0.1)) })
  }

  /// Reads the file back; nil when a member is missing.
  package init?(credentials: JSONValue) {
    func text(_ name: String) -> String? { credentials[name]?.string }
    guard let baseURL = text("baseUrl"), let apiToken = text("apiToken"),
      let apiKey = text("apiKey"), let applicationId = text("applicationId"),
      let consumerId = text("consumerId"), let connectionId = text("connectionId"),
      let webhookId = text("webhookId"), let webhookSecret = text("webhookSecret"),
      let apiURL = text("apiUrl")
    else { return nil }
    self.init(
      baseURL: baseURL, apiToken: Secret(apiToken), apiURL: apiURL, apiKey: Secret(apiKey),
      applicationId: applicationId, consumerId: consumerId, connectionId: connectionId,
      webhookId: webhookId, webhookSecret: Secret(webhookSecret))
  }
}
