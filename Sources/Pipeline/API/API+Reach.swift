import Actors

/// Which application or consumer a call is about: the access token says it, or the owner does.
extension API {
  func application(of call: APICall) throws(APIError) -> Application {
    let all = backend.configuration.applications
    // As it is now: a call that waited for its turn came to another one.
    if case .application(let application) = call.caller {
      return all[application.id] ?? application
    }
    if let id = call.either("applicationId") ?? applicationOfPath(call) {
      guard let application = all[id] else { throw .notFound("application", id) }
      return application
    }
    return try onlyOne(
      all.values.sorted { $0.id < $1.id }.filter { !$0.isSimulator }, "applicationId"
    ) { ($0.id, $0.name) }
  }

  func consumer(of call: APICall) throws(APIError) -> Consumer {
    let configuration = backend.configuration
    if case .consumer(let consumer) = call.caller {
      return configuration.consumers[consumer.id] ?? consumer
    }
    if let id = call.either("consumerId") {
      guard let consumer = configuration.consumers[id] else { throw .notFound("consumer", id) }
      return consumer
    }
    let all = configuration.consumers.values.sorted { $0.id < $1.id }
      .filter { configuration.applications[$0.applicationId]?.isSimulator != true }
    return try onlyOne(all, "consumerId") { ($0.id, $0.name) }
  }

  /// The owner names a webhook or consumer by its id alone; its application follows.
  private func applicationOfPath(_ call: APICall) -> String? {
    // A dead letter's name begins with its webhook's id.
    let letter = call.path["name"].map { String($0.prefix { $0 != "-" }) }
    guard call.caller == .owner, let id = call.path["id"] ?? letter else { return nil }
    let configuration = backend.configuration
    return configuration.webhooks[id]?.applicationId ?? configuration.consumers[id]?.applicationId
  }

  private func onlyOne<Record>(
    _ records: [Record], _ input: String, label: (Record) -> (id: String, name: String)
  ) throws(APIError) -> Record {
    guard let first = records.first else {
      throw .conflict("There is none yet to choose as \(input); make one first.")
    }
    guard records.count > 1 else { return first }
    let shown = records.prefix(8).map { record in
      let (id, name) = label(record)
      return "\(id) (\(name))"
    }
    let more = records.count > 8 ? " and \(records.count - 8) more" : ""
    throw .invalid(
      .query, input, "is needed, there are several: \(shown.joined(separator: ", "))\(more)")
  }
}
