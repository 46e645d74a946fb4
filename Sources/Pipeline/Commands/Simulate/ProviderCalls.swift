import Transport

/// Makes a provider's calls one by one: paced, counted, and repeated while the server is busy.
struct ProviderCalls: Sendable {
  /// Okta gives up after this many attempts that were answered 429.
  private static let attempts = 10
  /// Seconds a `Retry-After` may ask for at most before the call counts as failed.
  private static let longestWait = 300

  let caller: any SCIMCaller
  let tally: CallTally
  let pacer: Pacer

  /// A call that brought what it was for, and how long that took.
  struct Success: Sendable {
    /// Empty when the answer had no body.
    var body: JSONObject
    var latency: Duration
    var at: ContinuousClock.Instant

    /// The first resource of a list.
    var first: JSONObject? { body["Resources"]?.array?.first?.object }
  }

  func make(_ call: ProviderCall) async throws(CallFailed) -> Success {
    await pacer.wait()
    let start = ContinuousClock.now
    do {
      return finish(call.call, since: start, body: try await send(call))
    } catch {
      throw fail(call.call, since: start, error)
    }
  }

  /// Reads, and writes what follows from what was read; counted as one call.
  func make(
    reading target: String, then change: (JSONObject) -> ProviderCall
  ) async throws(CallFailed) -> (stored: JSONObject, result: Success) {
    await pacer.wait()
    let start = ContinuousClock.now
    do {
      let stored = try await send(ProviderCall(.update, "GET", target, answers: 200))
      let answer = try await send(change(stored))
      return (stored, finish(.update, since: start, body: answer))
    } catch {
      throw fail(.update, since: start, error)
    }
  }

  /// One page of 100, of which kind `call` says.
  func list(
    _ call: CallTally.Call, _ path: String, from startIndex: Int
  ) async throws(CallFailed) -> (total: Int, resources: [JSONValue]) {
    let target = "\(path)?startIndex=\(startIndex)&count=100"
    var page = ProviderCall(call, "GET", target, answers: 200)
    // A server without groups has none to take away.
    if call == .listGroups { page.answers.append(404) }
    let body = try await make(page).body
    return (body["totalResults"]?.int ?? 0, body["Resources"]?.array ?? [])
  }

  func delete(_ call: CallTally.Call, _ target: String) async throws(CallFailed) {
    _ = try await make(ProviderCall(call, "DELETE", target, answers: 204))
  }

  private func finish(
    _ call: CallTally.Call, since start: ContinuousClock.Instant, body: JSONObject
  ) -> Success {
    let end = ContinuousClock.now
    tally.finished(call, after: end - start)
    return Success(body: body, latency: end - start, at: end)
  }

  private func fail(
    _ call: CallTally.Call, since start: ContinuousClock.Instant, _ error: CallFailed
  ) -> CallFailed {
    let failure = CallTally.Failure(call: call, status: error.status, reason: error.reason)
    tally.finished(call, after: ContinuousClock.now - start, failure: failure)
    return error
  }

  /// One request, repeated while the answer is 429.
  private func send(_ call: ProviderCall) async throws(CallFailed) -> JSONObject {
    let body = call.body?.bytes ?? []
    for attempt in 1...Self.attempts {
      switch await caller.call(call.method, call.target, body: body) {
      case .failed(let reason): throw CallFailed(status: nil, reason: reason)
      case .answered(let status, let retryAfter, let body):
        tally.answered(call.call, status)
        if status == 429 && attempt < Self.attempts && !Task.isCancelled {
          let seconds = min(retryAfter ?? Self.longestWait, Self.longestWait)
          try? await ContinuousClock().sleep(for: .seconds(seconds))
          continue
        }
        let object = (try? JSONValue(parsing: body))?.object ?? JSONObject()
        if call.answers.contains(status) { return object }
        throw CallFailed(status: status, reason: Self.detail(object))
      }
    }
    throw CallFailed(status: 429, reason: "still too busy after \(Self.attempts) attempts")
  }

  /// What the server says is wrong, up to the end of its first sentence.
  private static func detail(_ error: JSONObject) -> String {
    let text = error["detail"]?.string ?? "unexpected answer"
    guard let end = text.firstRange(of: ". ") else { return text }
    return String(text[..<end.lowerBound]) + "."
  }
}

/// A call that did not bring what it was for.
struct CallFailed: Error, Sendable {
  /// Nil when there was no answer.
  var status: Int?
  var reason: String
}
