import Actors
import Transport

/// An application's customers.
extension API {
  func perform(
    _ operation: APIOperation.ForApplication, for application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    switch operation {
    case .listConsumers:
      try .page(
        backend.configuration.consumers(of: application.id), for: call, id: \.id,
        render: \.publicJSON)
    case .createConsumer: try await createConsumer(for: application, call)
    case .getConsumer: .data(try consumer(of: application, call).publicJSON)
    case .updateConsumer: try await updateConsumer(of: application, call)
    case .deleteConsumer: try await deleteConsumer(of: application, call)
    case .listWebhooks: try await listWebhooks(of: application, call)
    case .createWebhook: try await createWebhook(for: application, call)
    case .getWebhook: try await getWebhook(of: application, call)
    case .updateWebhook: try await updateWebhook(of: application, call)
    case .deleteWebhook: try await deleteWebhook(of: application, call)
    case .rotateSecret: try await rotateSecret(of: application, call)
    case .testWebhook, .triggerWebhook: try await testWebhook(of: application, call)
    case .replayWebhook: try await replayWebhook(of: application, call)
    case .listEvents: try await listEvents(of: application, call)
    case .listRequests: try await listRequests(of: application, call)
    case .getRequest: try await getRequest(of: application, call)
    case .listDeliveries: try await listDeliveries(of: application, call)
    case .getDelivery: try await getDelivery(of: application, call)
    case .redeliver: try await redeliver(of: application, call)
    case .listDeadLetters: try await listDeadLetters(of: application, call)
    case .resendDeadLetter: try await retryDeadLetter(of: application, call)
    case .removeDeadLetter: try await dropDeadLetter(of: application, call)
    case .listKeys: listKeys(of: application)
    case .createKey: try await createKey(for: application, call)
    case .deleteKey: try await deleteOwnKey(of: application, call)
    }
  }

  private func createConsumer(
    for application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let consumer = try newConsumer(for: application, call)
    try await backend.administer([.consumerCreated(consumer)], requestId: call.requestId)
    return .data(consumer.publicJSON)
  }

  /// A consumer of `name` and `externalId` of the call's body.
  func newConsumer(for application: Application, _ call: APICall) throws(APIError) -> Consumer {
    let consumer = Consumer(
      id: ULID.make(prefix: "csm_"), applicationId: application.id, name: call.text("name") ?? "",
      externalId: call.text("externalId"), createdAt: options.now())
    try checkExternalId(of: consumer)
    return consumer
  }

  private func updateConsumer(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let old = try consumer(of: application, call)
    var consumer = old
    if let name = call.text("name") { consumer.name = name }
    if let externalId = call.body["externalId"] { consumer.externalId = externalId.string }
    if consumer != old {
      try checkExternalId(of: consumer)
      try await backend.administer([.consumerUpdated(consumer)], requestId: call.requestId)
    }
    return .data(consumer.publicJSON)
  }

  private func deleteConsumer(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let consumer = try consumer(of: application, call)
    let connections = backend.configuration.connections(of: consumer.id)
    // Taking connections along would decide in passing what becomes of their employees.
    if let first = connections.first {
      throw .conflict(
        "The consumer still has \(connections.count) connection(s); remove \(first.serviceId) with"
          + " DELETE /api/connections/hris/\(first.serviceId)?employees=keep or delete first.")
    }
    try await backend.administer([.consumerDeleted(id: consumer.id)], requestId: call.requestId)
    return .nothing
  }

  private func consumer(
    of application: Application, _ call: APICall
  ) throws(APIError) -> Consumer {
    let id = call.path("id")
    guard let consumer = backend.configuration.consumers[id],
      consumer.applicationId == application.id
    else { throw .notFound("consumer", id) }
    return consumer
  }

  /// Events carry it for the application to look its customer up by; two alike would mislead.
  private func checkExternalId(of consumer: Consumer) throws(APIError) {
    guard let externalId = consumer.externalId else { return }
    let others = backend.configuration.consumers(of: consumer.applicationId)
    let same = others.first { $0.externalId == externalId && $0.id != consumer.id }
    if let same {
      throw APIError(
        kind: .conflict, detail: "The consumer \(same.id) already has this externalId.",
        faults: [.init(place: .body, name: "externalId", detail: "is taken")])
    }
  }
}

extension Consumer {
  var publicJSON: JSONValue {
    [
      "id": JSONValue(id), "name": JSONValue(name), "externalId": .text(externalId),
      "applicationId": JSONValue(applicationId), "createdAt": JSONValue(createdAt.description),
    ]
  }
}
