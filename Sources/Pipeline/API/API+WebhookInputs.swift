import Actors
import Transport

/// What a webhook's inputs mean, beyond what the route table checks.
extension API {
  func status(_ call: APICall) -> Webhook.Status? {
    call.text("status").flatMap(Webhook.Status.init(rawValue:))
  }

  /// A list that names nothing means the standard ones.
  func events(_ call: APICall) -> [String]? {
    call.list("events").map { $0.isEmpty ? EventSubscription.standard : $0 }
  }

  /// A list that narrows what a webhook gets.
  ///
  /// - Returns: nil when it was not supplied, an inner nil for everything.
  func narrowing(_ name: String, _ call: APICall) throws(APIError) -> [String]?? {
    guard let supplied = call.body[name] else { return nil }
    if supplied.isNull { return .some(nil) }
    let chosen = call.list(name) ?? []
    if chosen.isEmpty { throw .invalid(.body, name, "must name one or be null for all") }
    return chosen
  }

  func consumerIds(_ call: APICall, of application: Application) throws(APIError) -> [String]?? {
    let consumers = backend.configuration.consumers
    return try own("consumers", in: "consumerIds", call) {
      consumers[$0]?.applicationId == application.id
    }
  }

  func connectionIds(_ call: APICall, of application: Application) throws(APIError) -> [String]?? {
    let connections = backend.configuration.connections
    return try own("connections", in: "connectionIds", call) {
      connections[$0]?.applicationId == application.id
    }
  }

  private func own(
    _ what: String, in name: String, _ call: APICall, _ isOwn: (String) -> Bool
  ) throws(APIError) -> [String]?? {
    let ids = try narrowing(name, call)
    if let stranger = (ids ?? nil)?.first(where: { !isOwn($0) }) {
      throw .invalid(
        .body, name, "\(stranger.prefix(64)) is none of this application's \(what)")
    }
    return ids
  }

  func receiver(_ call: APICall, replacing old: Webhook? = nil) throws(APIError) -> Webhook.Receiver
  {
    let allowLocal = call.bool("allowLocal") ?? false
    if allowLocal && call.caller != .owner {
      throw .invalid(
        .body, "allowLocal",
        "is for the owner of the spool: `webhook add URL --allow-local` on the server itself")
    }
    let named = call.text("receiver")
    let stays = named == nil && old?.receiver == .inspector && call.body["deliveryUrl"] == nil
    if named == "inspector" || stays {
      guard call.body["deliveryUrl"] == nil else {
        throw .invalid(.body, "deliveryUrl", "goes with a url receiver, not with the inspector")
      }
      return .inspector
    }
    if let text = call.text("deliveryUrl") {
      return .url(try deliveryURL(text, allowLocal: allowLocal))
    }
    // An address once allowed must pass again when it is no longer allowed to be local.
    if case .url(let text) = old?.receiver {
      return .url(try deliveryURL(text, allowLocal: allowLocal))
    }
    throw .invalid(.body, "deliveryUrl", "is required, or \"receiver\": \"inspector\"")
  }

  /// The URL as given once it is one that events can be sent to.
  ///
  /// A name is resolved and judged again at each attempt; only what is literal can be judged here.
  private func deliveryURL(_ text: String, allowLocal: Bool) throws(APIError) -> String {
    let url: DeliveryURL
    do throws(HTTPURLError) {
      url = try DeliveryURL(text)
    } catch {
      throw .invalid(.body, "deliveryUrl", error.description)
    }
    if let address = url.literalAddress, !allowLocal, !options.permits(address) {
      throw .invalid(
        .body, "deliveryUrl",
        "leads to \(address), which is not a public address; the owner can open it with"
          + " --allow-webhook-net \(address)/\(address.isIPv6 ? 128 : 32) or with"
          + " `webhook add URL --allow-local`")
    }
    return text
  }
}
