import Actors
import Transport

/// What only the owner of the spool does, over the control socket.
extension API {
  func perform(
    _ operation: APIOperation.ForOwner, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    switch operation {
    case .getStatus: await status()
    case .connect: try await connect(call)
    case .listApplications:
      try .page(
        Array(backend.configuration.applications.values), for: call, id: \.id,
        render: { self.publicJSON($0) })
    case .createApplication: try await createApplication(call)
    case .createApplicationKey: try await createKey(for: try application(named: call), call)
    case .deleteApplicationKey:
      try await deleteKey(of: try application(named: call), call.path("keyId"), call)
    case .listConnectionTokens: listTokens(of: try connection(named: call))
    case .createConnectionToken: try await createToken(for: try connection(named: call), call)
    case .deleteConnectionToken:
      try await deleteToken(of: try connection(named: call), call.path("tokenId"), call)
    case .listAllConnections: listAllConnections()
    case .prepareSimulator: try await prepareSimulator(call)
    case .listInspectedEvents: listInspectedEvents(call)
    case .followEvents: followEvents(call)
    case .holdDelivery: try await hold(call)
    case .releaseDelivery: try await release(call)
    case .replayEvents: try await replay(call)
    case .retryDeadLetter: .data(.object(try await backend.retryDeadLetter(call.path("letter"))))
    case .dropDeadLetter: try await drop(call)
    case .eraseAnyEmployee: try await eraseEmployee(call)
    case .listErasures: listErasures(call)
    }
  }

  private func status() async -> APIAnswer {
    let configuration = backend.configuration
    var json = await backend.status().json
    json["publicUrl"] = JSONValue(backend.publicURL)
    json["refusingWrites"] = .text(backend.writeRefusal?.reason)
    json["applications"] = JSONValue(configuration.applications.count)
    json["consumers"] = JSONValue(configuration.consumers.count)
    json["connections"] = JSONValue(configuration.connections.count)
    json["troubled"] = .array(troubled(of: configuration))
    return .data(.object(json))
  }

  /// Connections whose last call was refused, the first of them.
  private func troubled(of configuration: Configuration) -> [JSONValue] {
    let all = configuration.connections.values.sorted { $0.id < $1.id }
    let found = all.lazy.compactMap { connection -> JSONValue? in
      let status = ConnectionStatus(
        of: connection, self.options.connectionActivity(connection.id), at: self.options.now())
      guard status.word == .error else { return nil }
      return [
        "id": JSONValue(connection.id), "serviceId": JSONValue(connection.serviceId),
        "statusDetail": JSONValue(status.detail),
      ]
    }
    return Array(found.prefix(5))
  }

  private func connect(_ call: APICall) async throws(APIError) -> APIAnswer {
    let application = try application(of: call)
    let consumer = try newConsumer(for: application, call)
    let (connection, token) = newConnection(
      for: consumer, serviceId: call.text("serviceId") ?? "okta-scim")
    try await backend.administer(
      [.consumerCreated(consumer), .connectionCreated(connection)], requestId: call.requestId)
    return .data([
      "consumer": consumer.publicJSON,
      "connection": publicJSON(connection, showing: token.secret),
    ])
  }

  private func createApplication(_ call: APICall) async throws(APIError) -> APIAnswer {
    let name = call.text("name") ?? ""
    if name == Application.simulatorName {
      throw .invalid(.body, "name", "is kept for `simulate`; choose another")
    }
    let key = IssuedToken(.apiKey, at: options.now())
    let application = Application(
      id: ULID.make(prefix: "app_"), name: name, keys: [key.record], createdAt: options.now())
    try await backend.administer([.applicationCreated(application)], requestId: call.requestId)
    return .data(publicJSON(application, showing: key.secret))
  }

  private func listInspectedEvents(_ call: APICall) -> APIAnswer {
    let limit = call.query["limit"]?.int ?? Inspector.Bounds.events
    let received = inspector.received(at: options.now()).suffix(limit).reversed()
    return .page(received.map(\.bytes), current: nil, next: nil)
  }

  private func followEvents(_ call: APICall) -> APIAnswer {
    let follow = call.queryText("follow") == "1"
    let activity = backend.activity(recent: call.query["recent"]?.int ?? 20, follow: follow)
    return .lines(
      .stream { write in
        for await entry in activity { try await write(entry.line) }
      })
  }
}

extension Activity {
  /// One line of JSON with its newline: `{"event":…}`, `{"attempt":…}` or `{"missed":n}`.
  fileprivate var line: [UInt8] {
    let (name, value): (String, [UInt8]) =
      switch self {
      case .event(let bytes): ("event", bytes)
      case .attempt(let bytes): ("attempt", bytes)
      case .missed(let count): ("missed", JSONValue(count).bytes)
      }
    return Array("{\"\(name)\":".utf8) + value + Array("}\n".utf8)
  }
}

extension API {
  /// - Parameter key: the API key just made; nobody sees it again.
  fileprivate func publicJSON(_ application: Application, showing key: Secret? = nil) -> JSONValue {
    var json = JSONObject()
    json["id"] = JSONValue(application.id)
    json["name"] = JSONValue(application.name)
    json["createdAt"] = JSONValue(application.createdAt.description)
    json["keys"] = .array(application.keys.map { summary(of: $0) })
    if let key { json["apiKey"] = JSONValue(key.reveal()) }
    return .object(json)
  }

  /// Every customer's, for whoever looks after the server.
  private func listAllConnections() -> APIAnswer {
    let configuration = backend.configuration
    let all = configuration.connections.values.sorted {
      ($0.createdAt, $0.id) < ($1.createdAt, $1.id)
    }
    let items = all.map { connection in
      guard case .object(var json) = publicJSON(connection) else { return [UInt8]() }
      json["consumerName"] = .text(configuration.consumers[connection.consumerId]?.name)
      return JSONValue.object(json).bytes
    }
    return .page(items, current: nil, next: nil)
  }
}
