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
  /// So often webhooks are asked again, as one that was read in anew may have taken up what was
  /// cancelled; at its turn it would be cancelled anyway.
  private static let cancelling = Duration.seconds(60)

  private let parts: Parts
  private var isStopping = false
  /// Who is being erased, as long as this life knows what they were called.
  private var persons: [String: ErasedPerson] = [:]
  private var cancelled: [String: ContinuousClock.Instant] = [:]
  /// One is forgotten at a time: a caller and the clock may both want to.
  private let forgetting = AdminTurns()
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
    let forgotten = erasure.through == nil ? try await forgetOnce(employee) : erasure
    wake.yield()
    return forgotten ?? erasure
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
    var ready: [String] = []
    for erasure in pending where !isStopping {
      await trying(erasure.id) { if try await isForgotten(erasure.id) { ready.append(erasure.id) } }
    }
    // First those that wait for nothing more: a snapshot may be long in coming.
    await release(ready)
    if let first = lacking(ready).first {
      await trying(first.id) { try await takeSnapshots(ready) }
      await release(ready)
    }
  }

  private func trying(_ employee: String, _ body: () async throws -> Void) async {
    do { try await body() } catch {
      parts.log.warning("an erasure waits", ["employee": employee, "why": "\(error)"])
    }
  }

  /// - Returns: false when the server stops.
  private func isForgotten(_ employee: String) async throws -> Bool {
    guard let marks = try await forgetOnce(employee)?.through else { return false }
    if cancelled[employee].map({ $0.duration(to: .now) >= Self.cancelling }) ?? true {
      cancelled[employee] = .now
      await parts.delivery.cancel(erased: employee)
    }
    return await areDecided(through: marks[Hop.accepted.rawValue])
  }

  private func release(_ ready: [String]) async {
    for employee in ready where !isStopping {
      guard let erasure = parts.view.current.erasures[employee], erasure.snapshots.count >= 2,
        let marks = erasure.through
      else { continue }
      await trying(employee) { try await release(erasure, marks) }
    }
  }

  /// Forgets somebody unless that was done: what the record says through which line is swept, too.
  ///
  /// - Returns: nil when no such erasure is pending any more.
  private func forgetOnce(_ employee: String) async throws -> Erasure? {
    _ = await forgetting.enter(always: true)
    defer { forgetting.leave() }
    guard let erasure = parts.view.current.erasures[employee] else { return nil }
    return erasure.through == nil ? try await forget(erasure) : erasure
  }

  /// The state and what is kept beside the hops. Everybody who embeds the person goes first, as
  /// long as it is known what the person is called.
  ///
  /// - Returns: the erasure with the lines up to which the hops may tell of the person.
  private func forget(_ erasure: Erasure) async throws -> Erasure {
    var (marks, line): ([UInt64]?, UInt64?) = (nil, erasure.line)
    // What was accepted before may still be on its way; what comes now meets nobody.
    guard await areDecided(through: parts.spool.hop(.accepted).lastSeq) else { return erasure }
    if let person = parts.store.read({ $0.person(erasure.id) }) {
      persons[erasure.id] = person
      try await sweep(erasure)
      await parts.delivery.cancel(erased: erasure.id)
      let seen = await parts.store.release(person, erasure)
      // Sealed before the line that says so, that line outlives what it is about.
      let sealed = await parts.spool.sealAll()[Hop.committed.rawValue]
      let last = await parts.store.forget(person, seen: seen, sealed: sealed, erasure)
      // What came in meanwhile may have told of the person on its way.
      guard await areDecided(through: parts.spool.hop(.accepted).lastSeq) else { return erasure }
      marks = await parts.spool.sealAll()
      if let last, !last.isNamed { marks?[Hop.committed.rawValue] = sealed }
      line = last?.line ?? line
    }
    try await sweep(erasure)
    parts.forget(erasure.id)
    let through = if let marks { marks } else { await parts.spool.sealAll() }
    return try await update(erasure.id) { known in
      known.through = known.through ?? through
      known.line = known.line ?? line ?? through[Hop.committed.rawValue]
    }
  }

  /// Takes the person out of the files beside the hops.
  private func sweep(_ erasure: Erasure) async throws {
    guard let owner = parts.store.read({ $0.owner(of: erasure.id) }) else { return }
    await drop(
      try await parts.traces.remove(
        PersonMentions(
          connection: owner.connection, ids: [erasure.id, owner.remoteId],
          person: persons[erasure.id])))
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

  /// Two snapshots that know none of them, the same for all.
  private func takeSnapshots(_ ready: [String]) async throws {
    while case let some = lacking(ready), let first = some.first, !isStopping {
      let line = some.map { $0.snapshots.last.map { $0 + 1 } ?? $0.line ?? 0 }.max() ?? 0
      await parts.store.wantSnapshot(through: line)
      // Its line is what makes the snapshot begin.
      try await update(first.id) { _ in }
      guard let number = await parts.store.snapshot(through: line) else { return }
      for erasure in some {
        try await update(erasure.id) { $0.snapshots.append(number) }
      }
    }
  }

  /// Those that lack a snapshot.
  private func lacking(_ ready: [String]) -> [Erasure] {
    ready.compactMap { parts.view.current.erasures[$0] }.filter { $0.snapshots.count < 2 }
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
    // A letter or a call may have named the person since.
    try await sweep(erasure)
    _ = await parts.turns.enter(always: true)
    defer { parts.turns.leave() }
    try await parts.store.administer(
      [.erasureFinished(employeeId: erasure.id)], request: erasure.request)
    (persons[erasure.id], cancelled[erasure.id]) = (nil, nil)
    parts.log.info("erased", ["employee": erasure.id])
  }
}
