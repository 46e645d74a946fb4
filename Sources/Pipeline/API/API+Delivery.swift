import Actors
import Transport

/// What the owner of the spool does about deliveries, over the control socket.
extension API {
  func hold(_ call: APICall) async throws(APIError) -> APIAnswer {
    let (webhook, key) = try held(call)
    guard await backend.hold(webhook: webhook, key: key) else {
      throw .conflict("The webhook \(webhook) is disabled; nothing is sent to it anyway.")
    }
    return answer(webhook, key, isHeld: true)
  }

  func release(_ call: APICall) async throws(APIError) -> APIAnswer {
    let (webhook, key) = try held(call)
    guard await backend.release(webhook: webhook, key: key) else {
      throw .conflict("\(key ?? webhook) is not held.")
    }
    return answer(webhook, key, isHeld: false)
  }

  private func held(_ call: APICall) throws(APIError) -> (webhook: String, key: String?) {
    let webhook = call.text("webhook") ?? ""
    guard backend.configuration.webhooks[webhook] != nil else {
      throw .notFound("webhook", webhook)
    }
    return (webhook, call.text("key"))
  }

  private func answer(_ webhook: String, _ key: String?, isHeld: Bool) -> APIAnswer {
    .data(["webhook": JSONValue(webhook), "key": .text(key), "held": JSONValue(isHeld)])
  }

  func replay(_ call: APICall) async throws(APIError) -> APIAnswer {
    let (webhook, _) = try held(call)
    let from = UInt64(call.body["from"]?.int ?? 1)
    let through = call.body["to"]?.int.map { UInt64($0) } ?? .max
    let isDry = call.bool("dryRun") ?? false
    let count =
      isDry
      ? await backend.replayCount(webhook, from: from, through: through)
      : await backend.replay(webhook, from: from, through: through)
    guard let count else {
      throw .conflict(
        "The webhook \(webhook) is disabled, or as many replays wait for it as may; try later.")
    }
    return .data([
      "webhook": JSONValue(webhook), "events": JSONValue(count), "queued": JSONValue(!isDry),
    ])
  }

  func drop(_ call: APICall) async throws(APIError) -> APIAnswer {
    try await backend.dropDeadLetter(call.path("letter"))
    return .nothing
  }
}
