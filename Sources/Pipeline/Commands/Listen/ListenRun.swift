import Actors
import Transport

/// One run of `listen`: page after page of the feed, event after event, until a signal.
struct ListenRun: Sendable {
  /// Seconds the server may wait for an event before it answers with none.
  private static let wait = 25
  /// More than that, for the way.
  private static let patience: Duration = .seconds(40)
  private static let page = 100

  private let client: ClientCommand
  private let forwarder: Forwarder
  private let filter: String
  private let limit: Int
  private let url: HTTPURL
  /// Made here because none was given.
  private let made: Secret?
  private let width = Terminal.width() ?? SpoolText.width

  init(_ client: ClientCommand) throws(ClientFailure) {
    let invocation = client.invocation
    guard let text = invocation.text("forward-to") else {
      throw ClientFailure("Say with --forward-to where events go.", .usage)
    }
    guard let url = try? HTTPURL(parsing: text) else {
      throw ClientFailure("'\(text)' is not a URL.", .usage)
    }
    var secrets = try ReceiveCommand.secrets(of: invocation)
    made = secrets.isEmpty ? WebhookSignature.makeSecret() : nil
    if let made { secrets = [made] }
    guard made == nil || Terminal.isTerminal() else {
      throw ClientFailure(
        "Give the signing secret in SCIM_HRIS_SIGNING_SECRET; one is made and shown on a terminal"
          + " only.", .usage)
    }
    forwarder = Forwarder(
      http: client.http, url: url, secrets: secrets,
      timeout: .milliseconds(invocation.milliseconds("timeout") ?? 20_000))
    filter = Self.filter(invocation, isOwner: client.api.isOwner)
    limit = invocation.count("count") ?? .max
    self.client = client
    self.url = url
  }

  func run() async throws(ClientFailure) {
    if !client.wantsJSON {
      Terminal.write(ListenScreen.head(to: url.description, made: made))
    } else if let made {
      Terminal.write(ListenScreen.head(to: url.description, made: made), to: .error)
    }
    let (tally, failure) = await UntilSignal.run { await forward() }
    if !client.wantsJSON { Terminal.write(ListenScreen.end(tally)) }
    if let failure { throw failure }
    if tally.refused > 0 {
      throw ClientFailure("\(SpoolText.count(tally.refused, "event")) not taken by the receiver.")
    }
  }

  private static func filter(_ invocation: Invocation, isOwner: Bool) -> String {
    let types = invocation.values("type").values.joined(separator: ",")
    let members = [
      ("types", types.isEmpty ? nil : types), ("consumerId", invocation.text("consumer")),
      ("applicationId", isOwner ? invocation.text("application") : nil),
    ]
    return members.compactMap { name, value in
      value.map { "&\(name)=" + PercentEncoding.query($0) }
    }.joined()
  }
}

// MARK: - The way of an event

extension ListenRun {
  private func forward() async -> (ListenTally, ClientFailure?) {
    var tally = ListenTally()
    do throws(ClientFailure) {
      var next = try await start()
      while !Task.isCancelled {
        tally.place = next ?? tally.place
        let (events, place) = try await events(after: next)
        for event in events {
          guard await deliver(event, &tally), tally.forwarded < limit else { return (tally, nil) }
        }
        next = place
      }
      return (tally, nil)
    } catch {
      return (tally, Task.isCancelled ? nil : error)
    }
  }

  /// The first place: nil for the oldest event. Unlike later, a server that is not there ends it.
  private func start() async throws(ClientFailure) -> String? {
    let wanted = client.invocation.text("after") ?? "latest"
    let after = wanted == "oldest" ? nil : wanted
    while true {
      let result = try await client.api.fetch(
        path(after: after, wait: 0, limit: 1), within: .seconds(60))
      switch result {
      case .failure(let failure): throw client.api.explain(failure)
      case .success(let response):
        switch FeedAnswer(response) {
        case .refused(let failure): throw failure
        case .page(_, let next): return wanted == "latest" ? next : after
        // Going on from "latest" would skip what comes meanwhile.
        case .later(let time): await sleep(time)
        }
      }
      if Task.isCancelled { throw ClientFailure("Cancelled.") }
    }
  }

  private func path(after: String?, wait: Int, limit: Int = page) -> String {
    let place = after.map { "&after=" + PercentEncoding.query($0) } ?? ""
    return "/events?limit=\(limit)&wait=\(wait)\(place)\(filter)"
  }

  /// Asks until there is an answer, however long the server is away.
  private func events(after place: String?) async throws(ClientFailure) -> ([[UInt8]], String) {
    var pause = GrowingPause()
    while true {
      let result = try await fetch(place)
      switch result {
      case .failure(let failure):
        if Task.isCancelled { throw ClientFailure("Cancelled.") }
        if pause.isFresh { say("the server", "\(failure)") }
        await sleep(pause.next())
      case .success(let response):
        switch FeedAnswer(response) {
        case .page(let events, let next): return (events, next)
        case .later(let time): await sleep(time)
        case .refused(let failure): throw failure
        }
      }
    }
  }

  /// An access token cannot be had while the server is away: that passes as well.
  private func fetch(_ place: String?) async throws(ClientFailure) -> HTTPClientResult {
    var pause = GrowingPause()
    while true {
      do throws(ClientFailure) {
        return try await client.api.fetch(
          path(after: place, wait: Self.wait), within: Self.patience)
      } catch {
        guard error.exit == .inputOutput, !Task.isCancelled else { throw error }
        if pause.isFresh { say("the server", error.sentence) }
        await sleep(pause.next())
      }
    }
  }

  /// - Returns: false when a signal came first.
  private func deliver(_ bytes: [UInt8], _ tally: inout ListenTally) async -> Bool {
    let event = (try? JSONValue(parsing: bytes)) ?? .null
    let id = event["id"]?.string ?? ""
    var pause = GrowingPause()
    while !Task.isCancelled {
      let outcome = await forwarder.send(bytes, id: id)
      // An answer that came counts, whatever else came with it.
      if Task.isCancelled, outcome.status == nil { return false }
      if outcome.isAbsent {
        if pause.isFresh { say(url.authority, outcome.error ?? "nobody there") }
        await sleep(pause.next())
        continue
      }
      tally.forwarded += 1
      if !outcome.isTaken { tally.refused += 1 }
      tally.place = id
      show(event, outcome)
      return true
    }
    return false
  }

  private func show(_ event: JSONValue, _ outcome: Forwarder.Outcome) {
    let now = Timestamp.now
    Terminal.write(
      client.wantsJSON
        ? ListenScreen.json(event, outcome, at: now).text + "\n"
        : ListenScreen.line(event, outcome, at: now, width: width) + "\n")
  }

  private func say(_ what: String, _ reason: String) {
    Terminal.write(ListenScreen.waiting(for: what, reason), to: client.wantsJSON ? .error : .output)
  }

  private func sleep(_ time: Duration) async { try? await client.http.loop.sleep(for: time) }
}
