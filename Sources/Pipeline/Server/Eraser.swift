import Actors
import Transport

/// Sees every erasure through, from the first line to the last byte in the spool.
///
/// What is left to do follows from the records of erasures and the state, so a start goes on where
/// the last life stopped; each step may be done twice.
actor Eraser: Stage {
  nonisolated let name = StageName.erasing

  struct Parts: Sendable {
    let spool: Spool
    let store: Store
    let delivery: Delivery
    let view: ConfigurationView
    let turns: AdminTurns
    let traces: PersonFiles
    /// Forgets what is only remembered of an employee.
    let forget: @Sendable (_ employee: String) -> Void
    /// How long lines stay that nobody needs, of whatever hop.
    let keep: Duration
    let log: Logger
  }

  /// Beyond what is kept anyway: time to write two snapshots and delete files.
  private static let slack = Duration.seconds(300)
  /// So long before the promised moment everything goes, whatever keeps it.
  private static let reserve = Duration.seconds(60)
  private static let look = Duration.seconds(1)
  private static let shortLook = Duration.milliseconds(20)

  private let parts: Parts
  private var isStopping = false
  /// Whose files this life has looked through once the person was gone.
  private var swept: Set<String> = []
  private let wakes: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation

  init(_ parts: Parts) {
    self.parts = parts
    (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.keepTime() }
      for await _ in wakes { await round() }
      group.cancelAll()
    }
  }

  /// Lets `run` return; what is not done yet the next life does.
  func stop() {
    isStopping = true
    wake.finish()
  }

  private func keepTime() async {
    while (try? await Task.sleep(for: Self.look)) != nil { wake.yield() }
  }

  private var pending: [Erasure] {
    parts.view.current.erasures.values.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
  }
}

// MARK: - Beginning

extension Eraser {
  /// Erases an employee; when this returns, nothing outside the spool's files tells of it any more.
  ///
  /// - Throws: what the store says to it.
  func begin(
    _ employee: String, of consumer: String, atOnce: Bool, request: String
  ) async throws -> Erasure {
    let now = Timestamp.now
    let erasedBy = atOnce ? now : now.advanced(by: parts.keep + Self.slack)
    let erasure = try await change(employee) { known in
      guard var known else {
        return .erasureBegun(
          Erasure(
            id: employee, consumerId: consumer, request: request, at: now, erasedBy: erasedBy,
            isAtOnce: atOnce))
      }
      guard atOnce, !known.isAtOnce else { return nil }
      (known.isAtOnce, known.erasedBy) = (true, now)
      return .erasureUpdated(known)
    }
    let forgotten = erasure.through == nil ? try await forget(erasure) : erasure
    wake.yield()
    return forgotten
  }

  /// Changes the record of an erasure; one change at a time, so that none undoes another.
  @discardableResult
  private func change(
    _ employee: String, _ body: (Erasure?) -> AdminChange?
  ) async throws -> Erasure {
    _ = await parts.turns.enter(always: true)
    defer { parts.turns.leave() }
    let known = parts.view.current.erasures[employee]
    switch body(known) {
    case .erasureBegun(let erasure)?, .erasureUpdated(let erasure)?:
      let change: AdminChange = known == nil ? .erasureBegun(erasure) : .erasureUpdated(erasure)
      try await parts.store.administer([change], request: erasure.request)
      return erasure
    default:
      guard let known else { throw AdministrationError.notFound(id: employee) }
      return known
    }
  }
}

// MARK: - Going on

extension Eraser {
  private func round() async {
    for erasure in pending where !isStopping {
      do { try await advance(erasure) } catch {
        parts.log.warning("an erasure waits", ["employee": erasure.id, "why": "\(error)"])
      }
    }
  }

  private func advance(_ erasure: Erasure) async throws {
    var erasure = erasure
    if swept.insert(erasure.id).inserted || erasure.through == nil {
      erasure = try await forget(erasure)
    }
    // A webhook that was read in again since may have taken up what was cancelled.
    await parts.delivery.cancel(erased: erasure.id)
    guard let marks = erasure.through, await areDecided(through: marks[Hop.accepted.rawValue])
    else { return }
    while erasure.snapshots.count < 2 {
      guard let next = try await takeSnapshot(erasure) else { return }
      erasure = next
    }
    try await release(erasure, marks)
  }

  /// The state and what is kept beside the hops. Everybody who embeds the person goes first, as
  /// long as it is known what the person is called.
  ///
  /// - Returns: the erasure with the lines up to which the hops may tell of the person.
  private func forget(_ erasure: Erasure) async throws -> Erasure {
    var (marks, line) = (erasure.through, erasure.line)
    // What was accepted before may still be on its way; what comes now meets nobody.
    guard await areDecided(through: parts.spool.hop(.accepted).lastSeq) else { return erasure }
    if let person = parts.store.read({ $0.person(erasure.id) }) {
      await drop(
        try await parts.traces.remove(
          ids: [erasure.id, person.remoteId], names: person.names, texts: person.traces))
      await parts.delivery.cancel(erased: erasure.id)
      let seen = await parts.store.release(person, erasure)
      // Sealed before the line that says so, that line outlives what it is about.
      marks = await parts.spool.sealAll()
      if let last = await parts.store.forget(person, seen: seen, erasure) {
        line = last.line
        if last.isNamed { marks = nil }
      }
    }
    let remoteId = parts.store.read { $0.owner(of: erasure.id)?.remoteId } ?? erasure.id
    await drop(
      try await parts.traces.remove(ids: [erasure.id, remoteId]))
    parts.forget(erasure.id)
    if erasure.through != nil { return erasure }
    let through = if let marks { marks } else { await parts.spool.sealAll() }
    return try await update(erasure.id) { known in
      known.through = known.through ?? through
      known.line = known.line ?? line ?? through[Hop.committed.rawValue]
    }
  }

  /// Keys that wait because of a letter that is gone go on.
  private func drop(_ letters: [SpoolDeadLetter]) async {
    for letter in letters {
      if let webhook = letter.webhook { await parts.delivery.dropped(letter.id, of: webhook) }
    }
  }

  /// Waits until every write that was accepted up to a line has its outcome; a snapshot needs that,
  /// too, to let go of what was accepted.
  ///
  /// - Returns: false when the server stops.
  private func areDecided(through accepted: UInt64) async -> Bool {
    while parts.store.read({ $0.decided.through }) < accepted {
      if isStopping { return false }
      try? await Task.sleep(for: Self.shortLook)
    }
    return true
  }

  /// - Returns: nil when the server stops.
  private func takeSnapshot(_ erasure: Erasure) async throws -> Erasure? {
    let line = erasure.snapshots.last.map { $0 + 1 } ?? erasure.line ?? 0
    await parts.store.wantSnapshot(through: line)
    // Its line is what makes the snapshot begin.
    try await update(erasure.id) { _ in }
    guard let number = await parts.store.snapshot(through: line) else { return nil }
    return try await update(erasure.id) { $0.snapshots.append(number) }
  }

  @discardableResult
  private func update(
    _ employee: String, _ body: (inout Erasure) -> Void
  ) async throws -> Erasure {
    try await change(employee) { known in
      guard var erasure = known else { return nil }
      body(&erasure)
      return .erasureUpdated(erasure)
    }
  }

  /// Nothing rests on the old segments any more; they go with retention, or now.
  private func release(_ erasure: Erasure, _ marks: [UInt64]) async throws {
    guard parts.spool.holds(anyThrough: marks) else { return try await finish(erasure) }
    let left = erasure.erasedBy.milliseconds - Timestamp.now.milliseconds
    if erasure.isAtOnce || left <= Self.slack.wholeMilliseconds {
      await parts.delivery.letGo(
        committed: marks[Hop.committed.rawValue], attempts: marks[Hop.attempts.rawValue])
    }
    if erasure.isAtOnce || left <= Self.reserve.wholeMilliseconds {
      parts.spool.discard(through: marks)
    }
  }

  private func finish(_ erasure: Erasure) async throws {
    _ = await parts.turns.enter(always: true)
    defer { parts.turns.leave() }
    try await parts.store.administer(
      [.erasureFinished(employeeId: erasure.id)], request: erasure.request)
    swept.remove(erasure.id)
    parts.log.info("erased", ["employee": erasure.id])
  }
}
