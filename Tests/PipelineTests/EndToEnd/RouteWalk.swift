import Testing
import Transport

@testable import Pipeline

/// Calls any route of the table on a running server, with what the table says and real ids.
struct RouteWalk: Sendable {
  let url: String
  let tenant: WalkTenant
  let customer: WalkTenant.Customer

  init(_ server: TestServer, _ tenant: WalkTenant, customer: Int = 0) throws {
    url = try server.made.apiURL
    self.tenant = tenant
    self.customer = tenant.customers[customer]
  }

  /// The token a route needs.
  func token(for route: APIRoute) -> String? {
    switch route.operation.scope {
    case .application: tenant.token
    case .consumer: customer.token
    case .open, .owner: route.operation == .open(.revokeAccessToken) ? tenant.token : nil
    }
  }

  /// - Parameter token: instead of the one the route needs.
  func call(
    _ route: APIRoute, token: String?, query: String = ""
  ) async throws -> TestAnswer {
    let client = try TestClient(url, as: token.map { .application(token: $0) } ?? .nobody)
    let path = try target(of: route)
    let needed = Self.queries[route.operation.id] ?? ""
    let mark = needed.isEmpty && query.isEmpty ? "" : "?"
    let both = [needed, query].filter { !$0.isEmpty }.joined(separator: "&")
    let body = route.takesBody ? body(of: route).bytes : []
    return try await client.send(route.method, path + mark + both, bytes: body)
  }

  private func target(of route: APIRoute) throws -> String {
    var path = ""
    var collection = ""
    for segment in route.segments {
      switch segment {
      case .literal(let word):
        path += "/" + word
        collection = word
      case .parameter(let name):
        path += "/" + (try id(name, of: collection, route))
      }
    }
    return path
  }

  private func id(_ name: String, of collection: String, _ route: APIRoute) throws -> String {
    switch name {
    case "universalApi": return "hris"
    case "serviceId":
      return route.operation == .consumer(.createConnection) ? "scim" : "okta-scim"
    default:
      let found = customer.ids[collection] ?? tenant.ids[collection]
      return try #require(found, "the walk has no id for \(route.path)")
    }
  }

  private static let queries = [
    "deleteConnection": "employees=keep", "eraseEmployee": "erase=true",
  ]

  /// What the table's example does not know.
  func body(of route: APIRoute) -> JSONValue {
    switch route.operation {
    case .open(.createAccessToken):
      ["apiKey": JSONValue(tenant.apiKey), "scope": "application"]
    case .application(.createWebhook): ["receiver": "inspector"]
    case .application(.replayWebhook): ["from": 1, "dryRun": true]
    case .consumer(.previewMapping): ["mapping": nil]
    default: route.bodyExample
    }
  }
}

extension RouteWalk {
  /// Reading first, removing last, so that every route finds what it is about.
  static let order = ["GET", "PATCH", "POST", "DELETE"]

  /// The routes applications call, in an order in which all can succeed.
  static let routes: [APIRoute] = order.flatMap { method in
    let routes = APIRoutes.documented.filter { $0.method == method }
    // What is below something goes before it.
    return method == "DELETE" ? routes.sorted { Self.depth($0) > Self.depth($1) } : routes
  }

  /// Erasing somebody takes what lies beside along, and the token everything was done with goes last.
  private static func depth(_ route: APIRoute) -> Int {
    switch route.operation {
    case .open(.revokeAccessToken): 0
    case .consumer(.eraseEmployee): 1
    default: route.segments.count
    }
  }
}
