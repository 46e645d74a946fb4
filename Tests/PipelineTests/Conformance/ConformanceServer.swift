import Testing
import Transport

@testable import Pipeline

/// One running program for a whole suite of stories. Each story gets a connection of its own on
/// it, so that nobody meets another's users.
struct ConformanceServer: Sendable {
  @TaskLocal static var current: ConformanceServer?

  private let server: TestServer
  private let application: TestClient

  fileprivate init(_ server: TestServer) async throws {
    self.server = server
    application = try await server.api()
  }

  /// A provider's client on a connection where nobody is yet.
  static func connect(_ provider: Provider) async throws -> TestClient {
    try await story(provider).client
  }

  /// The same, with the API's view of the connection's consumer beside it.
  static func story(_ provider: Provider) async throws -> (client: TestClient, api: TestClient) {
    let current = try #require(current, "the suite lacks its trait .oneServer")
    let consumer = try await current.application.post("/consumers", ["name": "Story"])
    let id = try #require(consumer["data"]?["id"]?.string, "\(consumer)")
    let api = try await current.server.api(consumer: id)
    let made = try await api.post("/connections/hris/\(provider.serviceId)", [:])
    let metadata = made["data"]?["metadata"]
    let base = try #require(metadata?["baseUrl"]?.string, "\(made)")
    let token = try #require(metadata?["apiToken"]?.string)
    return (try provider.client(base, token: token), api)
  }
}

/// Who calls, as far as it shows in the head of a request.
enum Provider: Sendable {
  case okta, entra, oneLogin, jumpCloud, ping

  var serviceId: String {
    switch self {
    case .okta: "okta-scim"
    case .entra: "entra-scim"
    case .oneLogin: "onelogin-scim"
    case .jumpCloud: "jumpcloud-scim"
    case .ping: "scim"
    }
  }

  func client(_ base: String, token: String) throws -> TestClient {
    let client = try TestClient(base, as: .okta(token: token))
    switch self {
    case .okta: return client
    case .oneLogin:
      return client.with("Authorization", "Bearer \(token)").with("User-Agent", "")
    case .entra, .jumpCloud, .ping:
      return client.with("Authorization", "Bearer \(token)").with("User-Agent", nil)
        .with("Accept-Charset", nil)
    }
  }
}

/// Starts the program before the suite's first test and stops it after the last.
struct OneServer: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?,
    performing body: @Sendable @concurrent () async throws -> Void
  ) async throws {
    let server = try await TestServer.started()
    let conformance = try await ConformanceServer(server)
    try await ConformanceServer.$current.withValue(conformance) { try await body() }
    await server.stop()
  }
}

extension Trait where Self == OneServer {
  static var oneServer: Self { OneServer() }
}
