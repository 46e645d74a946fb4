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

  func drop(_ call: APICall) async throws(APIError) -> APIAnswer {
    try await backend.dropDeadLetter(call.path("letter"))
    return .nothing
  }
}
