import Actors
import Testing
import Transport

@testable import Pipeline

/// The route table as a whole: nothing without scope, nothing twice, nothing out of reach.
struct APIRoutesTests {
  @Test func `every operation has exactly one route and every route one operation`() {
    let routed = APIRoutes.all.map(\.operation)
    #expect(Set(routed) == Set(APIOperation.allCases))
    #expect(routed.count == Set(routed).count)
    #expect(Set(APIOperation.allCases.map(\.id)).count == APIOperation.allCases.count)
  }

  @Test func `only a key's exchange, a token's end and what the API tells of itself are open`() {
    let open = APIRoutes.all.filter { $0.operation.scope == .open }
    #expect(open.map(\.path) == ["/auth", "/auth", "/openapi.json", "/explorer"])
  }

  @Test func `a route is documented and its inputs are named once`() {
    for route in APIRoutes.all {
      #expect(route.summary.hasSuffix("."), "\(route.path)")
      let names = (route.query + route.body).map(\.name)
      #expect(Set(names).count == names.count, "\(route.path)")
      #expect(route.body.isEmpty || route.takesBody, "\(route.path)")
    }
  }

  @Test(arguments: APIRoutes.all.map { ($0.method, $0.path, $0.operation) })
  func `a route is found under api and without it`(
    method: String, path: String, operation: APIOperation
  ) throws {
    for prefix in ["/api", ""] {
      for suffix in ["", "/"] {
        let address = prefix + path + suffix
        let found = try APIRoutes.find(method: method, path: address[...])
        #expect(found.route.operation == operation, "\(address)")
      }
    }
  }

  private static let guarded = APIRoutes.all.filter { $0.operation.scope != .open }

  @Test(arguments: guarded.map { ($0.method, $0.path) })
  func `nothing but the exchange is answered without a credential`(
    method: String, path: String
  ) async {
    let answer = await APIHarness().send(method, "/api" + path)
    #expect(answer.status == 401 || answer.status == 403, "\(method) \(path)")
    #expect(answer.fields["content-type"] == "application/problem+json")
  }

  @Test func `a token of one scope opens no route of another`() async throws {
    let harness = APIHarness()
    let tenant = try await Tenant("Acme", in: harness)
    for route in APIRoutes.all {
      let wrong: [String] =
        switch route.operation.scope {
        case .open: []
        case .application: [tenant.consumerTokens[0]]
        case .consumer: [tenant.token]
        case .owner: [tenant.token, tenant.consumerTokens[0]]
        }
      for token in wrong {
        let answer = await harness.send(route.method, "/api" + route.path, token: token)
        #expect(answer.status == 403, "\(route.method) \(route.path)")
      }
    }
  }

  @Test func `an unknown address is 404 and names the nearest`() async {
    let answer = await APIHarness().send("GET", "/api/hris/employes")
    #expect(answer.status == 404)
    #expect(answer.detail.contains("did you mean /api/hris/employees?"))
    #expect(answer.json["type"] == "urn:scim-hris:problem:not-found")
    #expect(answer.json["title"] == "Not found")
    #expect(answer.json["status"] == 404)
    #expect(answer.json["instance"]?.string == answer.fields["x-request-id"])
  }

  @Test func `a wrong method is 405 and says which are right`() async {
    let answer = await APIHarness().send("PUT", "/api/consumers/csm_1")
    #expect(answer.status == 405)
    #expect(answer.fields["allow"] == "DELETE, GET, HEAD, PATCH")
    #expect(answer.json["status"] == 405)
  }
}
