import Actors
import Synchronization
import Transport

extension EventFeed {
  enum Ring: Sendable { case more, timeOver, stopped }

  /// The page behind an empty one, as soon as there is something on it; empty when the time is over
  /// or the server stops.
  func page(
    behind start: Page, for filter: FeedFilter, limit: Int, until deadline: Deadline
  ) async throws(FeedError) -> Page {
    var page = start
    while page.events.isEmpty, page.isAtEnd {
      let left = deadline.left
      guard left > .zero, await wait(behind: page.next, atMost: left) == .more else { return page }
      page = try await self.page(from: page.next, for: filter, limit: limit)
    }
    return page
  }

  var isStopped: Bool { state.withLock { $0.isStopped } }

  /// Returns when there is a line behind `place`, when the time is over, or when the server stops.
  func wait(behind place: FeedPlace, atMost patience: Duration) async -> Ring {
    guard let (id, stop) = enlist() else { return .stopped }
    defer { _ = state.withLock { $0.waiting.removeValue(forKey: id) } }
    // First the bell, then the look: what comes between the two rings it.
    let bell = log.doorbell()
    if log.durableSeq >= place.seq { return .more }
    return await withTaskGroup(of: Ring.self) { group in
      group.addTask {
        for await seq in bell where seq >= place.seq { return .more }
        return .stopped
      }
      group.addTask {
        try? await Task.sleep(for: patience)
        return .timeOver
      }
      group.addTask {
        for await _ in stop {}
        return .stopped
      }
      defer { group.cancelAll() }
      return await group.next() ?? .stopped
    }
  }

  private func enlist() -> (id: Int, stop: AsyncStream<Void>)? {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    let id: Int? = state.withLock { state in
      if state.isStopped { return nil }
      state.nextWaiter += 1
      state.waiting[state.nextWaiter] = continuation
      return state.nextWaiter
    }
    return id.map { ($0, stream) }
  }

  /// Ends every wait and every stream, now and later.
  func finish() {
    let waiting = state.withLock { state in
      state.isStopped = true
      defer { state.waiting = [:] }
      return state.waiting.values
    }
    for continuation in waiting { continuation.finish() }
  }
}

// MARK: - Places for those who wait

extension EventFeed {
  /// Whether one more reader of an application may wait.
  func hasSeat(for application: String) -> Bool {
    state.withLock { hasSeat($0, application) }
  }

  /// Runs `body` while it counts as one of the readers that wait.
  /// - Returns: nil when there are too many already.
  func seated<Result, Failure: Error>(
    for application: String, _ body: () async throws(Failure) -> Result
  ) async throws(Failure) -> Result? {
    let isTaken = state.withLock { state in
      guard hasSeat(state, application) else { return false }
      state.readers[application, default: 0] += 1
      return true
    }
    guard isTaken else { return nil }
    defer {
      state.withLock { state in
        let rest = (state.readers[application] ?? 1) - 1
        state.readers[application] = rest > 0 ? rest : nil
      }
    }
    return try await body()
  }

  private func hasSeat(_ state: State, _ application: String) -> Bool {
    state.readers.values.reduce(0, +) < bounds.readers
      && state.readers[application] ?? 0 < bounds.readersPerApplication
  }
}

extension Deadline {
  var left: Duration { duration(since: .now) }
}
