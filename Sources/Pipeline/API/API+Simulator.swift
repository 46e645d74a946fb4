import Actors
import Transport

/// The simulator's own application, so that no customer's employees or webhooks ever see its people.
extension API {
  /// Tokens of earlier runs that still open, for simulators that run side by side.
  private static let runs = 4

  func prepareSimulator(_ call: APICall) async throws(APIError) -> APIAnswer {
    let application = try await simulatorApplication(call)
    let webhook = try await simulatorWebhook(of: application, call)
    let (connection, token) = try await simulatorConnection(of: application, call)
    return .data([
      "applicationId": JSONValue(application.id), "consumerId": JSONValue(connection.consumerId),
      "connectionId": JSONValue(connection.id), "webhookId": JSONValue(webhook.id),
      "baseUrl": JSONValue(baseURL(of: connection)), "apiToken": JSONValue(token.secret.reveal()),
    ])
  }

  private func simulatorApplication(_ call: APICall) async throws(APIError) -> Application {
    if let found = backend.configuration.applications.values.first(where: \.isSimulator) {
      return found
    }
    let made = Application(
      id: ULID.make(prefix: "app_"), name: Application.simulatorName, createdAt: options.now())
    try await backend.administer([.applicationCreated(made)], requestId: call.requestId)
    return made
  }

  private func simulatorWebhook(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> Webhook {
    let webhooks = backend.configuration.webhooks(of: application.id)
    if let found = webhooks.first(where: { $0.receiver == .inspector }) { return found }
    let made = Webhook(
      id: ULID.make(prefix: "wh_"), applicationId: application.id, receiver: .inspector,
      events: ["employee.*", "group.*"], createdAt: options.now())
    _ = try await commit(made, requestId: call.requestId)
    return made
  }

  private func simulatorConnection(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> (Connection, IssuedToken) {
    let configuration = backend.configuration
    let consumer =
      configuration.consumers(of: application.id).first
      ?? Consumer(
        id: ULID.make(prefix: "csm_"), applicationId: application.id,
        name: Application.simulatorName, createdAt: options.now())
    var changes: [AdminChange] = []
    if configuration.consumers[consumer.id] == nil { changes.append(.consumerCreated(consumer)) }
    let found = configuration.connections(of: consumer.id).first { $0.serviceId == "okta-scim" }
    if let found {
      let token = IssuedToken(.apiToken, at: options.now())
      for old in found.tokens.dropLast(Self.runs - 1) {
        changes.append(.tokenRevoked(connectionId: found.id, tokenId: old.id))
      }
      changes.append(.tokenAdded(connectionId: found.id, token.record))
      try await backend.administer(changes, requestId: call.requestId)
      return (found, token)
    }
    let (made, token) = newConnection(for: consumer, serviceId: "okta-scim")
    changes.append(.connectionCreated(made))
    try await backend.administer(changes, requestId: call.requestId)
    return (made, token)
  }
}

extension Application {
  /// No other application may have this name, so it tells the simulator's apart.
  static let simulatorName = "Simulator"
  var isSimulator: Bool { name == Self.simulatorName }
}
