package import Transport

/// A line of `1-accepted`: what the identity provider sent, enough to run it again after a crash.
package struct AcceptedLine: Sendable, Equatable {
  package var method: AcceptedWrite.Verb
  /// "Users/2819…": endpoint and resource id, drawn at acceptance for a POST.
  package var path: String
  package var query: String
  package var connection: String
  package var baseURL: String
  package var client: String
  package var agent: String
  package var received: Timestamp
  /// The If-Match of the request.
  package var ifMatch: String?
  package var body: JSONObject

  package init(
    method: AcceptedWrite.Verb, path: String, query: String, connection: String, baseURL: String,
    client: String, agent: String, received: Timestamp, ifMatch: String? = nil, body: JSONObject
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.connection = connection
    self.baseURL = baseURL
    self.client = client
    self.agent = agent
    self.received = received
    self.ifMatch = ifMatch
    self.body = body
  }

  package var endpoint: Substring {
    path[..<(path.utf8.firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex)]
  }
  package var resourceId: Substring { path.drop { $0 != "/" }.dropFirst() }

  package func record(request: String) -> SpoolRecord {
    SpoolRecord(
      id: request, key: "\(connection)/\(path)", type: "\(endpoint.lowercased()).\(verbName)",
      data: data)
  }

  private var verbName: String {
    switch method {
    case .create: "create"
    case .replace: "replace"
    case .patch: "patch"
    case .delete: "delete"
    }
  }

  private var data: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(2048)
    out.append(contentsOf: "{\"method\":".utf8)
    JSONValue.writeString(method.rawValue, to: &out)
    Self.write(",\"path\":", path, to: &out)
    if !query.isEmpty { Self.write(",\"query\":", query, to: &out) }
    Self.write(",\"connection\":", connection, to: &out)
    Self.write(",\"baseURL\":", baseURL, to: &out)
    Self.write(",\"from\":", client, to: &out)
    if !agent.isEmpty { Self.write(",\"agent\":", agent, to: &out) }
    if let ifMatch { Self.write(",\"ifMatch\":", ifMatch, to: &out) }
    out.append(contentsOf: ",\"received\":\"".utf8)
    received.write(to: &out)
    out.append(contentsOf: "\",\"body\":".utf8)
    body.write(to: &out)
    out.append(UInt8(ascii: "}"))
    return out
  }

  /// - Parameter name: with all that stands before the value.
  private static func write(_ name: String, _ value: String, to out: inout [UInt8]) {
    out.append(contentsOf: name.utf8)
    JSONValue.writeString(value, to: &out)
  }
}

extension AcceptedLine {
  /// Reads a line back; nil when it lacks what a write needs.
  package init?(_ line: SpoolLine) {
    guard let data = try? JSONValue(parsing: line.data),
      let method = data["method"]?.string.flatMap(AcceptedWrite.Verb.init(rawValue:)),
      let path = data["path"]?.string, let connection = data["connection"]?.string
    else { return nil }
    self.init(
      method: method, path: path, query: data["query"]?.string ?? "", connection: connection,
      baseURL: data["baseURL"]?.string ?? "", client: data["from"]?.string ?? "",
      agent: data["agent"]?.string ?? "",
      received: data["received"]?.string.flatMap { Timestamp(parsing: $0) } ?? line.timestamp,
      ifMatch: data["ifMatch"]?.string, body: data["body"]?.object ?? JSONObject())
  }
}
