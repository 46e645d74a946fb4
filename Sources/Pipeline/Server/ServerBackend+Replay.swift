import Actors
import Transport

/// Events sent once more, and what webhooks missed.
extension ServerBackend {
  /// Lines that are counted while somebody waits for another answer.
  private static let counted: UInt64 = 50_000

  func replay(
    _ webhookId: String, _ request: ReplayRequest
  ) async throws(APIError) -> ReplayAnswer {
    guard configuration.webhooks[webhookId]?.status != .disabled else {
      throw .conflict("The webhook \(webhookId) is disabled; enable it first.")
    }
    var selection = DeliverySelection()
    selection.types = request.types
    selection.key = request.key
    if request.missed { return try await replayMissed(webhookId, selection, request.isDry) }
    var (from, through) = try await stretch(request)
    var answer = ReplayAnswer(events: 0)
    if request.onlyFailed {
      let failed = try await givenUp(by: webhookId, in: from...max(from, through))
      guard let first = failed.values.min(), let last = failed.values.max() else { return answer }
      selection.events = Set(failed.keys)
      (from, through) = (max(from, first), min(through, last))
    }
    if case .line(let first) = request.from { answer.lost = lost(first, through) }
    let delivery = topology.delivery
    let count =
      request.isDry
      ? await delivery.replayCount(webhook: webhookId, from: from, through: through, selection)
      : await delivery.replay(webhook: webhookId, from: from, through: through, selection)
    guard let count else { throw .notNow(webhookId) }
    answer.events = count
    return answer
  }

  func missed(by webhookId: String) async throws(APIError) -> MissedEvents? {
    let spans = try await spans(of: webhookId)
    guard let from = spans.map(\.from).min(), let through = spans.map(\.through).max(),
      from <= through
    else { return nil }
    var missed = MissedEvents(lines: from...through, lost: lost(from, through))
    missed.lacksSnapshot = spans.contains { $0.lacksSnapshot }
    if through - from <= Self.counted {
      missed.events = try await topology.delivery.orUnreadable {
        try await $0.replayMissed(webhook: webhookId, DeliverySelection(), isDry: true)
      }
    }
    return missed.events == 0 && missed.lost == nil && !missed.lacksSnapshot ? nil : missed
  }

  private func replayMissed(
    _ webhookId: String, _ selection: DeliverySelection, _ isDry: Bool
  ) async throws(APIError) -> ReplayAnswer {
    let spans = try await spans(of: webhookId)
    var answer = ReplayAnswer(events: 0)
    answer.lacksSnapshot = spans.contains { $0.lacksSnapshot }
    if let from = spans.map(\.from).min(), let through = spans.map(\.through).max() {
      answer.lost = lost(from, through)
    }
    let count = try await topology.delivery.orUnreadable {
      try await $0.replayMissed(webhook: webhookId, selection, isDry: isDry)
    }
    guard let count else { throw .notNow(webhookId) }
    answer.events = count
    return answer
  }

  private func spans(of webhookId: String) async throws(APIError) -> [DeliveryMissed] {
    await heardLedger()
    return try await topology.delivery.orUnreadable { try await $0.missed(by: webhookId) }
  }

  private func givenUp(
    by webhookId: String, in lines: ClosedRange<UInt64>
  ) async throws(APIError) -> [String: UInt64] {
    await heardLedger()
    let ledgerFrom = try await ledgerLine(of: lines.lowerBound)
    let failed = try await topology.delivery.orUnreadable {
      try await $0.givenUp(by: webhookId, ledgerFrom: ledgerFrom)
    }
    guard let failed else {
      throw .conflict(
        "\(webhookId) did not take more than \(Delivery.chosenEvents) events: choose a shorter"
          + " stretch with from and to, or send the present state.")
    }
    return failed.filter { lines ~= $0.value }
  }
}

// MARK: - Lines

extension ServerBackend {
  /// The ledger is read as far as it is on disk, which lags a moment.
  private func heardLedger() async {
    let ledger = spool.hop(.attempts)
    await ledger.durable(through: ledger.lastSeq)
  }

  private func stretch(
    _ request: ReplayRequest
  ) async throws(APIError) -> (from: UInt64, through: UInt64) {
    let times = HopTimes(hop: spool.hop(.committed), disk: reading)
    do throws(SpoolError) {
      let from: UInt64 =
        switch request.from {
        case .line(let line): line
        case .time(let time): try await times.line(since: time)
        case nil: 1
        }
      let through: UInt64 =
        switch request.to {
        case .line(let line): line
        case .time(let time): try await times.line(since: time.advanced(by: .milliseconds(1))) - 1
        case nil: .max
        }
      return (from, through)
    } catch {
      throw APIError(unreadable: error)
    }
  }

  /// No attempt at an event stands before this line of the ledger.
  private func ledgerLine(of seq: UInt64) async throws(APIError) -> UInt64 {
    let committed = spool.hop(.committed)
    let times = HopTimes(hop: spool.hop(.attempts), disk: reading)
    do throws(SpoolError) {
      let line = try await reading.run { () throws(SpoolError) in
        try committed.lines(from: seq, limit: 1, maxBytes: 1).first
      }
      guard let line else { return 1 }
      return try await times.line(since: line.timestamp.advanced(by: .seconds(-2)))
    } catch {
      throw APIError(unreadable: error)
    }
  }

  /// What retention has removed of a stretch.
  private func lost(_ from: UInt64, _ through: UInt64) -> ClosedRange<UInt64>? {
    let first = spool.hop(.committed).firstSeq ?? 1
    return from < first && from <= through ? from...min(through, first - 1) : nil
  }
}

extension Delivery {
  /// Failures of the log as the API tells them.
  fileprivate nonisolated func orUnreadable<Result: Sendable>(
    _ body: @Sendable (Delivery) async throws -> Result
  ) async throws(APIError) -> Result {
    do { return try await body(self) } catch { throw APIError(unreadable: error) }
  }
}

extension APIError {
  fileprivate static func notNow(_ webhook: String) -> APIError {
    .conflict(
      "The webhook \(webhook) is only being enabled, or as many replays wait for it as may; try"
        + " again in a moment.")
  }
}
