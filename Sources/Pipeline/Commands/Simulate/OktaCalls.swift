import Transport

/// The single calls of Okta's provisioning, counted and repeated as Okta does.
struct OktaCalls: Sendable {
  /// Okta gives up after this many attempts that were answered 429.
  private static let attempts = 10
  /// Seconds a `Retry-After` may ask for at most before the call counts as failed.
  private static let longestWait = 300

  let caller: any SCIMCaller
  let tally: CallTally
  let pacer: Pacer

  /// A call that brought what it was for, and how long that took.
  struct Success: Sendable {
    var body: JSONObject
    var latency: Duration
    var at: ContinuousClock.Instant
  }

  /// The user of that name, nil for no hit; fails when it cannot be known.
  func find(_ userName: String) async throws(CallFailed) -> String? {
    let filter = Self.encoded("userName eq \"\(userName)\"")
    let target = "/Users?filter=\(filter)&startIndex=1&count=100"
    let page = try await single(.filter, "GET", target, expecting: 200)
    return page.body["Resources"]?.array?.first?["id"]?.string
  }

  func create(_ person: SimulatedPerson) async throws(CallFailed) -> Success {
    let body = OktaProfile.creation(of: person)
    return try await single(.create, "POST", "/Users", body: body, expecting: 201)
  }

  /// Reads, lays the profile over it and writes it back; counted as one call.
  func update(
    _ id: String, to person: SimulatedPerson
  ) async throws(CallFailed) -> (result: Success, didChange: Bool, wasActive: Bool) {
    await pacer.wait()
    let start = ContinuousClock.now
    do {
      let stored = try await send(.update, "GET", "/Users/\(id)", [], expecting: 200)
      let body = OktaProfile.overlay(person, on: stored)
      let put = try await send(.update, "PUT", "/Users/\(id)", body.bytes, expecting: 200)
      let result = finish(.update, since: start, body: put)
      return (result, body != stored, stored["active"]?.bool ?? true)
    } catch {
      throw fail(.update, since: start, error)
    }
  }

  func activate(_ id: String, _ isActive: Bool) async throws(CallFailed) -> Success {
    let body = OktaProfile.activation(isActive)
    return try await single(.activate, "PATCH", "/Users/\(id)", body: body, expecting: 200)
  }

  func probe() async throws(CallFailed) -> Int {
    let page = try await single(.probe, "GET", "/Users?startIndex=1&count=2", expecting: 200)
    return page.body["totalResults"]?.int ?? 0
  }

  func list(from startIndex: Int) async throws(CallFailed) -> [JSONValue] {
    let target = "/Users?startIndex=\(startIndex)&count=100"
    return try await single(.list, "GET", target, expecting: 200).body["Resources"]?.array ?? []
  }

  func delete(_ id: String) async throws(CallFailed) {
    _ = try await single(.delete, "DELETE", "/Users/\(id)", expecting: 204)
  }

  private func single(
    _ call: CallTally.Call, _ method: String, _ target: String, body: JSONObject? = nil,
    expecting status: Int
  ) async throws(CallFailed) -> Success {
    await pacer.wait()
    let start = ContinuousClock.now
    do {
      let answer = try await send(call, method, target, body?.bytes ?? [], expecting: status)
      return finish(call, since: start, body: answer)
    } catch {
      throw fail(call, since: start, error)
    }
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
  private func send(
    _ call: CallTally.Call, _ method: String, _ target: String, _ body: [UInt8],
    expecting expected: Int
  ) async throws(CallFailed) -> JSONObject {
    for attempt in 1...Self.attempts {
      switch await caller.call(method, target, body: body) {
      case .failed(let reason): throw CallFailed(status: nil, reason: reason)
      case .answered(let status, let retryAfter, let body):
        tally.answered(call, status)
        if status == 429 && attempt < Self.attempts && !Task.isCancelled {
          let seconds = min(retryAfter ?? Self.longestWait, Self.longestWait)
          try? await ContinuousClock().sleep(for: .seconds(seconds))
          continue
        }
        let object = (try? JSONValue(parsing: body))?.object ?? JSONObject()
        if status == expected { return object }
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

  /// Percent-encoded as Okta does it: space is %20 (RFC 3986 §2.1).
  private static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.reduce(into: "") { result, byte in
      let scalar = Character(Unicode.Scalar(byte))
      if scalar.isASCII && (scalar.isLetter || scalar.isNumber || "-._~".contains(scalar)) {
        result.append(scalar)
      } else {
        result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }
}

/// A call that did not bring what it was for.
struct CallFailed: Error, Sendable {
  /// Nil when there was no answer.
  var status: Int?
  var reason: String
}
