package import Transport

/// Makes an accepted write of a call: body checked and freed of secrets, id drawn, line appended.
///
/// What is refused here was never promised anything and leaves no line.
package struct Acceptance: Sendable {
  private let hop: SpoolHop
  private let intake: Intake
  private let catalog: SCIMCatalog
  private let isErased: @Sendable (ResourceKey) -> Bool

  /// - Parameter isErased: of whom nothing more is taken in.
  package init(
    hop: SpoolHop, intake: Intake, catalog: SCIMCatalog,
    isErased: @escaping @Sendable (ResourceKey) -> Bool = { _ in false }
  ) {
    self.hop = hop
    self.intake = intake
    self.catalog = catalog
    self.isErased = isErased
  }

  /// - Throws: why it is not accepted.
  func accept(_ call: SCIMCall, _ connection: Connection) throws(SCIMError) -> AcceptedWrite {
    if let refusal = intake.refusal { throw refusal }
    guard case .write(let verb, let endpoint, let id) = call.operation,
      let type = catalog.resourceType(endpoint: "/" + endpoint)
    else { throw .unknownRoute }
    if let id, isErased(ResourceKey(connection: connection.id, type: type.segment, id: id)) {
      throw .notFound(type.name, id: id)
    }
    let query = Self.kept(of: call.query)
    let body = verb == .delete ? JSONObject() : type.removingSecrets(from: try call.object())
    let resourceId = id ?? call.resourceId ?? UUIDv4.make()
    let seq = append(call, connection, verb, "\(endpoint)/\(resourceId)", query, body)
    return AcceptedWrite(
      request: call.id, accepted: seq, received: call.received, verb: verb,
      connection: connection, type: type, resourceId: resourceId, body: body,
      query: query, baseURL: call.baseURL, ifMatch: call.ifMatch, reply: call.reply)
  }

  /// What means something in the query of a write. Anything else could be a secret, and hops keep
  /// what they are given.
  private static func kept(of query: String) -> String {
    guard !query.isEmpty else { return query }
    return HTTPQuery(query).items.compactMap { item in
      switch item.name.lowercased() {
      case "attributes", "excludedattributes": "\(item.name)=\(HTTPPercent.encode(item.value))"
      default: nil
      }
    }.joined(separator: "&")
  }

  private func append(
    _ call: SCIMCall, _ connection: Connection, _ verb: AcceptedWrite.Verb, _ path: String,
    _ query: String, _ body: JSONObject
  ) -> UInt64 {
    let line = AcceptedLine(
      method: verb, path: path, query: query, connection: connection.id,
      baseURL: call.baseURL, client: call.client, agent: call.agent, received: call.received,
      ifMatch: call.ifMatch, body: body)
    return hop.append(line.record(request: call.id))
  }
}
