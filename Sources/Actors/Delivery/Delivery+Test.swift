import Transport

extension Delivery {
  /// Sends `webhook.test`, or a sample of another type, to a webhook once, now; it has no sequence,
  /// is marked `test: true` and is not tried again.
  ///
  /// - Returns: the attempt, which is in the ledger too.
  package func test(
    _ webhook: Webhook, with type: EventType = .webhookTest, requestId: String
  ) async -> DeliveryAttempt {
    let now = environment.clock.now
    let event = ULID.make(prefix: "evt_")
    let (key, body) = content(of: type, event: event, for: webhook, requestId: requestId)
    let signature = WebhookSignature(secrets: environment.signingSecrets(webhook.id))
    let options = options.for(webhook)
    let result = await environment.sender.send(
      WebhookRequest(
        event: event, body: body, to: webhook, at: now, signature: signature,
        options: options))
    let attempt = DeliveryAttempt(
      id: ULID.make(prefix: "dlv_"), time: now, eventId: event,
      eventType: type.rawValue, webhookId: webhook.id, key: key,
      position: DeliveryQueue.Position(seq: 0, index: 0), attempt: 1,
      trigger: .manual, isProbe: false, outcome: result,
      result: result.isSuccess ? .delivered : .failed, next: nil,
      kept: options.sizes.kept, durableSeq: environment.committed.durableSeq)
    _ = environment.ledger.append(attempt, bytes: attempt.bytes)
    environment.observe(attempt)
    return attempt
  }

  private func content(
    of type: EventType, event id: String, for webhook: Webhook, requestId: String
  ) -> (key: String, body: [UInt8]) {
    let now = environment.clock.now
    guard type != .webhookTest else {
      return (
        webhook.id,
        Self.testBody(event: id, webhookId: webhook.id, at: now, requestId: requestId)
      )
    }
    let (key, body) = EventSample(
      type, id: id, for: webhook, requestId: requestId, epoch: environment.epoch, at: now
    ).event
    guard let fields = webhook.fields else { return (key, body) }
    return (key, EventTrim(fields: fields).cut(body, of: type.rawValue))
  }

  /// The bytes of a `webhook.test` event.
  static func testBody(
    event id: String, webhookId: String, at now: Timestamp, requestId: String
  ) -> [UInt8] {
    let body: JSONValue = [
      "id": JSONValue(id), "type": JSONValue(EventType.webhookTest.rawValue),
      "timestamp": JSONValue(now.description), "test": true,
      "data": ["webhookId": JSONValue(webhookId)],
      "cause": ["method": "POST", "requestId": JSONValue(requestId)],
    ]
    return body.bytes
  }
}

extension WebhookRequest {
  /// One signed attempt at one event (Standard Webhooks 1.0.0).
  init(
    event id: String, body: [UInt8], to webhook: Webhook, at now: Timestamp,
    signature: WebhookSignature, options: DeliveryOptions, isReplay: Bool = false
  ) {
    var fields = signature.fields(id: id, at: now, body: body, userAgent: options.userAgent)
    if isReplay { fields.append("webhook-replay", "true") }
    self.init(
      webhookId: webhook.id, receiver: webhook.receiver, localAllowed: webhook.localAllowed,
      fields: fields, body: body, times: options.times, sizes: options.sizes)
  }
}
