import Actors
import Transport

/// What the owner does about deliveries and dead letters.
extension ServerBackend {
  func hold(webhook: String, key: String?) async -> Bool {
    await topology.delivery.hold(webhook: webhook, key: key)
  }

  func release(webhook: String, key: String?) async -> Bool {
    await topology.delivery.release(webhook: webhook, key: key)
  }

  func deadLetters(
    of webhooks: Set<String>, after: String?, limit: Int
  ) async throws(APIError) -> DeadLetterPage {
    do throws(FileError) {
      return try await deadLetters.page(of: webhooks, after: after, limit: limit)
    } catch {
      throw APIError(unreadable: error)
    }
  }

  func dropDeadLetter(_ name: String) async throws(APIError) {
    let isRemoved: Bool
    let letter: SpoolDeadLetter?
    do throws(FileError) {
      letter = try await deadLetters.letter(name)
      isRemoved = try await deadLetters.remove(name)
    } catch {
      throw .unavailable("The dead letter cannot be removed: \(error).", retryAfter: 60)
    }
    if !isRemoved { throw .notFound("dead letter", name) }
    guard let letter, let webhook = letter.webhook else { return }
    await topology.delivery.dropped(letter.id, of: webhook)
  }

  func retryDeadLetter(_ name: String) async throws(APIError) -> JSONObject {
    let found: SpoolDeadLetter?
    do throws(FileError) {
      found = try await deadLetters.letter(name)
    } catch {
      throw .unavailable("The dead letter cannot be read: \(error).", retryAfter: 60)
    }
    guard let letter = found else { throw .notFound("dead letter", name) }
    let (isDone, detail) =
      switch letter.stage {
      case .delivery: try await redeliver(letter)
      case .mapping: try await runAgain(letter)
      }
    if isDone { try await dropDeadLetter(name) }
    return JSONObject([
      .init(name: "letter", value: JSONValue(letter.id)),
      .init(name: "done", value: JSONValue(isDone)),
      .init(name: "detail", value: JSONValue(detail)),
    ])
  }

  private func redeliver(
    _ letter: SpoolDeadLetter
  ) async throws(APIError) -> (isDone: Bool, detail: String) {
    guard let event = letter.event, let webhook = letter.webhook else {
      throw .conflict("The event of \(letter.id) was gone when it was given up.")
    }
    let isDelivered = await topology.delivery.redeliver(
      DeadLetter(
        webhookId: webhook, eventId: letter.id, seq: letter.seq, reason: letter.reason,
        attempts: letter.attempts, time: .now, event: event))
    return (isDelivered, isDelivered ? "delivered" : "\(webhook) did not take it")
  }

  /// The write goes through the whole server under a request id of its own, since the one it came
  /// with has an outcome: that it crashed.
  private func runAgain(
    _ letter: SpoolDeadLetter
  ) async throws(APIError) -> (isDone: Bool, detail: String) {
    if let refusal = writeRefusal {
      throw .unavailable(refusal.reason, retryAfter: refusal.retryAfter)
    }
    guard let line = letter.accepted.flatMap({ AcceptedLine($0) }) else {
      throw .conflict("The line of \(letter.id) is not a write.")
    }
    guard let connection = configuration.connections[line.connection], connection.enabled,
      let type = catalog.resourceType(endpoint: "/" + line.endpoint)
    else { throw .conflict("The connection \(line.connection) is gone or switched off.") }
    let request = ULID.make(prefix: "req_")
    let seq = spool.hop(.accepted).append(line.record(request: request))
    let reply = PendingReply()
    await topology.mapping.submit(
      AcceptedWrite(
        request: request, accepted: seq, received: .now, verb: line.method,
        connection: connection, type: type, resourceId: String(line.resourceId), body: line.body,
        query: line.query, baseURL: line.baseURL, ifMatch: line.ifMatch, reply: reply))
    let answer = await reply.value()
    return (answer.status < 400, "\(request) answered \(answer.status)")
  }
}
