import Actors
import Transport

/// Events sent once more, the present state, and what a webhook missed.
extension API {
  func replayWebhook(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let webhook = try webhook(of: application, call)
    guard call.bool("snapshot") ?? false else {
      let request = try replayRequest(call)
      guard request.from != nil || request.key != nil || request.onlyFailed || request.missed
      else {
        throw .invalid(
          .body, "from", "is needed, or snapshot: true, missed: true, onlyFailed: true, employeeId")
      }
      return answer(try await backend.replay(webhook.id, request), request)
    }
    let others = call.body.members.filter { $0.name != "snapshot" && $0.name != "applicationId" }
    if let other = others.first {
      throw .invalid(.body, "snapshot", "is the present state; it has no \(other.name.prefix(64))")
    }
    guard let events = await backend.snapshot(webhook.id) else {
      throw .conflict("The webhook is disabled; enable it first.")
    }
    return .data(["events": JSONValue(events), "queued": true])
  }

  /// The same for the owner, who names the webhook in the body.
  func replay(_ call: APICall) async throws(APIError) -> APIAnswer {
    let webhook = call.text("webhook") ?? ""
    guard backend.configuration.webhooks[webhook] != nil else {
      throw .notFound("webhook", webhook)
    }
    let request = try replayRequest(call)
    let answer = try await backend.replay(webhook, request)
    return .data([
      "webhook": JSONValue(webhook), "events": JSONValue(answer.events),
      "queued": JSONValue(!request.isDry),
    ])
  }

  private func answer(_ answer: ReplayAnswer, _ request: ReplayRequest) -> APIAnswer {
    var json = JSONObject()
    json["events"] = JSONValue(answer.events)
    json["queued"] = JSONValue(!request.isDry)
    json["lost"] = answer.lost.json
    json["needsSnapshot"] = JSONValue(answer.needsSnapshot)
    if answer.needsSnapshot {
      json["hint"] = "Not all of it is left: {\"snapshot\": true} sends the present state."
    }
    return .data(.object(json))
  }

  private func replayRequest(_ call: APICall) throws(APIError) -> ReplayRequest {
    var request = ReplayRequest()
    request.from = place(call.body["from"])
    request.to = place(call.body["to"])
    request.types = call.list("types").flatMap { $0.isEmpty ? nil : types(named: $0) }
    request.key = call.text("employeeId")
    request.onlyFailed = call.bool("onlyFailed") ?? false
    request.missed = call.bool("missed") ?? false
    request.isDry = call.bool("dryRun") ?? false
    if request.missed && (request.from != nil || request.to != nil || request.onlyFailed) {
      throw .invalid(.body, "missed", "is a stretch of its own; it has no from, to or onlyFailed")
    }
    let isBackwards =
      switch (request.from, request.to) {
      case (.line(let from), .line(let to)): to < from
      case (.time(let from), .time(let to)): to < from
      default: false
      }
    if isBackwards { throw .invalid(.body, "to", "is before from") }
    return request
  }

  /// A family's name stands for its types.
  private func types(named names: [String]) -> [String] {
    let subscription = EventSubscription(names: names)
    return EventType.committed.map(\.rawValue).filter { subscription.includes($0) }
  }

  private func place(_ value: JSONValue?) -> ReplayRequest.Place? {
    if let line = value?.int { return .line(UInt64(line)) }
    guard let text = value?.string else { return nil }
    if let line = UInt64(text) { return .line(line) }
    return Timestamp(parsing: text).map { .time($0) }
  }

  /// What to say to whoever enables a webhook again.
  func missed(by webhook: Webhook, since old: Webhook) async throws(APIError) -> JSONValue? {
    guard old.status == .disabled, webhook.status != .disabled else { return nil }
    return try await backend.missed(by: webhook.id)?.json(webhook.id)
  }
}
