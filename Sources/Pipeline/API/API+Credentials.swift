import Actors
import Transport

/// API keys and API tokens: made, told by prefix, revoked.
extension API {
  /// Live credentials one application or connection may have.
  static let credentials = 16

  func listKeys(of application: Application) -> APIAnswer {
    .page(application.keys.map { summary(of: $0).bytes }, current: nil, next: nil)
  }

  func summary(of key: HashedToken) -> JSONValue {
    key.summary(used: options.keyActivity[key.id])
  }

  func createKey(
    for application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    guard application.keys.count < Self.credentials else {
      throw .conflict("The application has \(Self.credentials) API keys; revoke one first.")
    }
    let key = IssuedToken(.apiKey, at: options.now(), name: call.text("name"))
    try await backend.administer(
      [.keyAdded(applicationId: application.id, key.record)], requestId: call.requestId)
    return .data([
      "id": JSONValue(key.record.id), "name": .text(key.record.name),
      "applicationId": JSONValue(application.id), "apiKey": JSONValue(key.secret.reveal()),
      "createdAt": JSONValue(key.record.createdAt.description),
    ])
  }

  /// Over the API the only key stays: without one nobody could make another from there.
  func deleteOwnKey(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let id = try credential(call.path("id"), in: application.keys, "API key")
    guard application.keys.count > 1 else {
      throw .conflict("This is the application's only API key; make another first.")
    }
    return try await deleteKey(of: application, id, call)
  }

  func deleteKey(
    of application: Application, _ id: String, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let keyId = try credential(id, in: application.keys, "API key")
    try await backend.administer(
      [.keyRevoked(applicationId: application.id, keyId: keyId)], requestId: call.requestId)
    return .nothing
  }

  func connection(named call: APICall) throws(APIError) -> Connection {
    let id = call.path("id")
    guard let connection = backend.configuration.connections[id] else {
      throw .notFound("connection", id)
    }
    return connection
  }

  func application(named call: APICall) throws(APIError) -> Application {
    let id = call.path("id")
    guard let application = backend.configuration.applications[id] else {
      throw .notFound("application", id)
    }
    return application
  }

  func credential(
    _ id: String, in records: [HashedToken], _ what: String
  ) throws(APIError) -> String {
    guard records.contains(where: { $0.id == id }) else { throw .notFound(what, id) }
    return id
  }
}
