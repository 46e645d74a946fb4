import Actors
import Transport

/// The first turn of every request: which part of the server answers it.
///
/// Serves the public listener and the control socket alike; the control socket's peer is the owner.
struct PublicRouter: Sendable {
  /// Everything below `/scim`.
  let scim: @Sendable (HTTPRequest) async -> HTTPResponse
  /// Told of what the HTTP server refused of it: the head, and the id, status and reason answered.
  var refused: @Sendable (HTTPRequest, String, Int, String) -> Void = { _, _, _, _ in }
  let api: API
  let health: HealthRoutes

  /// The parts of the server, each with errors in its own format.
  enum Area: Sendable, Equatable {
    case scim, api, health, inspector, setup
  }

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    switch Self.area(of: request) {
    case .scim: await scim(request)
    case .api:
      // Off the connection's event loop: a list or a large body would hold up its neighbours.
      await withTaskExecutorPreference(globalConcurrentExecutor) {
        await api.respond(to: request)
      }
    case .health: health.respond(to: request)
    case .inspector: inspect(request)
    case .setup:
      await withTaskExecutorPreference(globalConcurrentExecutor) {
        await SetupPages(api: api).respond(to: request)
      }
    }
  }

  /// Doubled slashes are tolerated: Base URLs are pasted with one at the end.
  static func area(of request: HTTPRequest) -> Area {
    // The one area whose requests are counted in thousands per second, told by its first bytes.
    if request.target.utf8.starts(with: "/scim/".utf8) { return .scim }
    let parts = request.path.split(separator: "/")
    switch parts.first {
    case "scim": return .scim
    case "healthz" where parts.count == 1: return .health
    case "readyz" where parts.count == 1: return .health
    case "metrics" where parts.count == 1: return .health
    // `/inspector` alone is the owner's list of what was received.
    case "inspector" where parts.count > 1: return .inspector
    case "setup" where parts.count > 1: return .setup
    default: return .api
    }
  }

  /// For a listener that is there for the inspector alone.
  func respondToInspector(_ request: HTTPRequest) -> HTTPResponse { inspect(request) }

  private func inspect(_ request: HTTPRequest) -> HTTPResponse {
    let requestId = ULID.make(prefix: "req_")
    guard let webhookId = api.inspector.webhookId(inPath: request.path) else {
      let error = APIError(kind: .notFound, detail: "There is nothing at this address.")
      return error.response(requestId: requestId)
    }
    guard request.method == "POST" else {
      let error = APIError(
        kind: .methodNotAllowed, detail: "Events are sent with POST.", allow: ["POST"])
      return error.response(requestId: requestId)
    }
    return api.inspector.receive(
      request, webhookId: webhookId, keys: api.backend.signingKeys(webhookId: webhookId),
      at: api.options.now())
  }
}
