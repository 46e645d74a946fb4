package import Transport

/// An inbound call of which no hop tells: one that read, or one that was refused before it was
/// accepted. It is noted after its answer is known and holds no credential and no body.
package struct RequestNote: Sendable {
  /// `req_…`, as the answer's `X-Request-Id` has it.
  package var id: String
  package var received: Timestamp
  /// Empty when no connection is at that Base URL.
  package var connection: String
  /// Whether its token was valid, so that strangers cannot crowd out who belongs there.
  package var isAuthenticated: Bool
  private let target: Target
  /// As sent; only a part of it may be kept.
  package var query: String
  package var client: String
  package var agent: String
  package var status: Int
  /// Why it was refused, as answered.
  package var detail: String?
  /// Milliseconds from its arrival to its answer.
  package var took: Int

  package init(
    id: String, received: Timestamp, connection: String, isAuthenticated: Bool, method: String,
    path: String, query: String, client: String, agent: String, status: Int, detail: String?
  ) {
    self.id = id
    self.received = received
    self.connection = connection
    self.isAuthenticated = isAuthenticated
    target = .text(method: method, path: path)
    self.query = query
    self.client = client
    self.agent = agent
    self.status = status
    self.detail = detail
    took = Int(clamping: max(0, Timestamp.now.milliseconds - received.milliseconds))
  }

  package var method: String {
    switch target {
    case .text(let method, _): method
    case .operation(let operation): operation.method
    }
  }

  /// "/Users/2819…"; what stands after the Base URL. Strangers choose it freely.
  package var path: String {
    switch target {
    case .text(_, let path): path
    case .operation(let operation): operation.path
    }
  }

  /// Most are counted and never written, so texts are made only when they are wanted.
  private enum Target: Sendable {
    case text(method: String, path: String)
    case operation(SCIMOperation)
  }

  /// Who is told of it; must neither wait nor block.
  package typealias Taker = @Sendable (RequestNote) -> Void
}

extension RequestNote {
  /// - Parameter connection: nil when no connection is at that Base URL.
  init(
    _ call: SCIMCall, of connection: Connection?, isAuthenticated: Bool, status: Int,
    detail: String? = nil
  ) {
    (id, received, self.connection) = (call.id, call.received, connection?.id ?? "")
    self.isAuthenticated = isAuthenticated
    target = .operation(call.operation)
    (query, client, agent) = (call.query, call.client, call.agent)
    (self.status, self.detail) = (status, detail)
    took = Int(clamping: max(0, Timestamp.now.milliseconds - call.received.milliseconds))
  }
}

extension SCIMOperation {
  /// As a request names it; HEAD counts as GET.
  var method: String {
    switch self {
    case .discovery, .one, .list: "GET"
    case .search, .bulk: "POST"
    case .write(let verb, _, _): verb.rawValue
    }
  }

  /// What stands after the Base URL, with a slash in front.
  var path: String {
    switch self {
    case .discovery(.serviceProviderConfig): "/ServiceProviderConfig"
    case .discovery(.schemas(let urn)): "/Schemas" + Self.below(urn)
    case .discovery(.resourceTypes(let name)): "/ResourceTypes" + Self.below(name)
    case .one(let endpoint, let id): "/\(endpoint)/\(id)"
    case .list(let endpoint): Self.below(endpoint)
    case .search(let endpoint): Self.below(endpoint) + "/.search"
    case .write(_, let endpoint, let id): "/\(endpoint)" + Self.below(id)
    case .bulk: "/Bulk"
    }
  }

  private static func below(_ part: String?) -> String { part.map { "/" + $0 } ?? "" }
}
