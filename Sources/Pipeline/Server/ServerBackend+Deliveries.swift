import Actors
import Transport

/// Attempts made so far, and one of them once more.
extension ServerBackend {
  func deliveries(_ query: DeliveryQuery) async throws(APIError) -> DeliveryPage {
    do throws(SpoolError) {
      return try await records.page(query)
    } catch {
      throw APIError(unreadable: error)
    }
  }

  func delivery(_ id: String) async throws(APIError) -> DeliveryRecord? {
    do throws(SpoolError) {
      return try await records.delivery(id)
    } catch {
      throw APIError(unreadable: error)
    }
  }

  func request(of record: DeliveryRecord) async throws(APIError) -> DeliveryRequest? {
    guard let webhook = configuration.webhooks[record.webhookId] else { return nil }
    let event = try await event(of: record)?.event
    let filter = WebhookFilter(webhook) { configuration }
    let shown = WebhookRequest(
      showing: record.eventId, body: event.map { filter.body(of: $0) } ?? [], to: webhook,
      at: record.began,
      userAgent: "scim-hris/\(Version.current)",
      isReplay: record.isReplay)
    var head = ""
    var url: HTTPURL?
    if case .url(let text) = webhook.receiver { url = try? HTTPURL(parsing: text) }
    head += "POST \(url?.target ?? "/inspector") HTTP/1.1\n"
    if let url { head += "Host: \(url.authority)\n" }
    if event != nil { head += "Content-Length: \(shown.body.count)\n" }
    for field in shown.fields.fields { head += "\(field.name): \(field.value)\n" }
    return DeliveryRequest(
      url: url.map(\.description), head: head, body: event == nil ? nil : shown.body)
  }

  func redeliver(_ record: DeliveryRecord) async throws(APIError) -> JSONObject {
    let trigger = record.attempt["trigger"]?.string
    guard record.seq != nil, trigger != "snapshot" else {
      throw .conflict(
        trigger == "snapshot"
          ? "A snapshot event is made anew each time; `webhook snapshot` sends them again."
          : "A test is not sent again; `webhook test` and `webhook trigger` send another.")
    }
    guard let (event, place) = try await event(of: record) else {
      throw .conflict("The event \(record.eventId) is no longer kept; a snapshot tells its state.")
    }
    let webhook = record.webhookId
    switch await topology.delivery.redeliver(event, at: place, to: webhook) {
    case .attempted(let attempt):
      if attempt.result == .delivered { await forget(event.id, of: webhook) }
      return (try? JSONValue(parsing: attempt.bytes))?.object ?? JSONObject()
    case .refused(let refusal): throw .conflict("\(webhook) \(refusal.words).")
    }
  }

  /// A dead letter whose event was taken after all goes away; if it cannot, the event was taken
  /// all the same, and its key goes on.
  private func forget(_ event: String, of webhook: String) async {
    if let found = try? await deadLetters.letter("\(webhook)-\(event)") {
      try? await dropDeadLetter(found.name)
    }
    await topology.delivery.dropped(event, of: webhook)
  }

  /// The event of an attempt, from the log, or from the dead letter it became.
  private func event(
    of record: DeliveryRecord
  ) async throws(APIError) -> (event: CommittedEvent, place: DeliveryQueue.Position)? {
    guard let seq = record.seq else { return nil }
    guard let found = try await kept(record, seq), !topology.store.isErased(found.event) else {
      return nil
    }
    return found
  }

  private func kept(
    _ record: DeliveryRecord, _ seq: UInt64
  ) async throws(APIError) -> (event: CommittedEvent, place: DeliveryQueue.Position)? {
    let id = record.eventId
    do {
      let (outcomes, _) = try await events.log.outcomes(from: seq, limit: 1)
      if let outcome = outcomes.first, outcome.seq == seq,
        let index = outcome.events.firstIndex(where: { $0.id == id })
      {
        return (outcome.events[index], .init(seq: seq, index: index))
      }
      let letter = try await deadLetters.letter("\(record.webhookId)-\(id)")
      guard let body = letter?.event else { return nil }
      return (
        try CommittedEvent(reading: body, applicationId: "", seq: seq), .init(seq: seq, index: 0)
      )
    } catch {
      throw APIError(unreadable: error)
    }
  }

  private var records: DeliveryRecords {
    DeliveryRecords(ledger: spool.hop(.attempts), disk: reading)
  }
}

extension APIError {
  init(unreadable error: any Error) {
    self.init(kind: .internalFault, detail: "The spool cannot be read: \(error).")
  }
}

extension Delivery.Refusal {
  /// What follows the webhook's id.
  var words: String {
    switch self {
    case .disabled: "is disabled; nothing is sent to it"
    case .paused: "is paused; resume it first"
    case .held: "or this employee is held: `spool release`"
    case .crowded: "has as many events to send again as may wait; try later"
    case .interrupted: "was paused, disabled or held before its turn came"
    }
  }
}
