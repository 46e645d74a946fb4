import Actors
import Transport

/// One call after every check that needs no store: who asks, for which route, with which inputs.
struct APICall: Sendable {
  let route: APIRoute
  let requestId: String
  let caller: Caller
  /// Where it came from, when over a network.
  let address: IPAddress?
  /// Header `x-uapi-service-id`.
  let serviceId: String?
  /// Header `accept`.
  let accept: String?
  /// Header `last-event-id`.
  let lastEventId: String?
  /// Header `if-none-match`.
  var ifNoneMatch: String?
  /// What it came with, when the call is about that.
  var accessToken: AccessToken?
  /// Whether the same call would still be let in: a long one asks now and then.
  let isStillAllowed: @Sendable () -> Bool
  let path: [String: String]
  let query: [String: JSONValue]
  let body: JSONObject

  /// Who asks, as far as a credential or the socket proves it.
  enum Caller: Sendable, Equatable {
    case anyone
    case application(Application)
    case consumer(Consumer)
    case owner
  }

  /// A path parameter; the route has it.
  func path(_ name: String) -> String { path[name] ?? "" }

  func text(_ name: String) -> String? { body[name]?.string }
  func bool(_ name: String) -> Bool? { body[name]?.bool }
  func list(_ name: String) -> [String]? { body[name]?.array?.compactMap(\.string) }
  func queryText(_ name: String) -> String? { query[name]?.string }

  /// An input that may stand in the query or in the body.
  func either(_ name: String) -> String? { queryText(name) ?? text(name) }

  var limit: Int { query["limit"]?.int ?? 100 }
}
