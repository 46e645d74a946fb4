package import Transport

extension WebhookRequest {
  /// What was sent at an attempt made in the past, for people: its signatures are left out.
  ///
  /// - Parameters:
  ///   - body: the event as it was sent.
  ///   - time: when the attempt was made.
  package init(
    showing event: String, body: [UInt8], to webhook: Webhook, at time: Timestamp,
    userAgent: String, isReplay: Bool
  ) {
    var options = DeliveryOptions()
    options.userAgent = userAgent
    self.init(
      event: event, body: body, to: webhook, at: time, signature: WebhookSignature(secrets: []),
      options: options, isReplay: isReplay)
    fields["webhook-signature"] = "v1,…"
  }
}
