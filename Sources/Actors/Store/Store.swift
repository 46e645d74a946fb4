import Synchronization
package import Transport

/// The state store: the single writer of what the product knows.
///
/// It compares each change with the version it was made from, checks uniqueness, applies it in
/// memory and appends one outcome with its events to `3-committed`. Memory runs ahead of the
/// disk; answers do not: they are given by the spool's thread once their line is durable.
///
/// Anybody may read: the state lies behind a lock that is held for a look-up or for one change to
/// be entered, never while something is rendered or written. A read costs no change of thread.
package actor Store: Stage {
  package nonisolated let name = StageName.store
  package nonisolated let input: BoundedChannel<MappedChange>
  package nonisolated let view: ConfigurationView
  package nonisolated let committed: SpoolHop

  /// How many changes are taken from the stream at once.
  private static let batch = 64
  /// How far what is owed may run ahead of the disk; writes of callers need the rest.
  static let settledAhead: UInt64 = 1024
  /// Bytes that are on disk stay in memory this much longer, so that many go at once.
  private static let landingPause = Duration.milliseconds(20)
  /// Bytes of an outcome; a line of the spool may have 16 MiB with what stands around it.
  private static let lineLimit = 15 << 20

  private nonisolated let state: Mutex<StoreState>
  /// Where rows' bytes are read.
  nonisolated let files: RecordFiles?
  let log: CommittedTail
  let epoch: Int
  let counters: StoreCounters
  let landed = LandedLines()
  /// Whether there is no space to spare on the disk.
  nonisolated let isShortOfDisk: @Sendable () -> Bool
  private let snapshots: SnapshotDuty?
  /// A snapshot is due as long as the newest one lacks this line.
  var wantedSnapshot: UInt64 = 0
  /// The newest there is.
  var latestSnapshot: UInt64?
  var snapshotWaiters: [(line: UInt64, continuation: CheckedContinuation<UInt64?, Never>)] = []
  var takesNoSnapshots: Bool
  let told: AsyncStream<OperationalEvent>
  nonisolated let telling: AsyncStream<OperationalEvent>.Continuation

  /// - Parameter snapshots: nil when none are taken.
  package init(
    state: consuming StoreState, committed: SpoolHop, log: CommittedTail, view: ConfigurationView,
    capacity: Int, epoch: Int, counters: StoreCounters,
    snapshots: SnapshotDuty? = nil, isShortOfDisk: @escaping @Sendable () -> Bool = { false }
  ) {
    self.isShortOfDisk = isShortOfDisk
    self.snapshots = snapshots
    takesNoSnapshots = snapshots == nil
    latestSnapshot = snapshots?.latest.seq
    files = state.files
    self.state = Mutex(state)
    self.committed = committed
    self.log = log
    self.view = view
    self.epoch = epoch
    self.counters = counters
    input = BoundedChannel(capacity: capacity)
    (told, telling) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.tellings))
  }

  /// Changes what is no news: where bytes lie, what is decided.
  nonisolated func change(_ body: (inout StoreState) -> Void) { state.withLock { body(&$0) } }

  /// The state as it is between two changes of this actor; it shares everything until it changes.
  func copy() -> StoreState { state.withLock { $0 } }

  /// Every accepted line there was at the start has been driven to its outcome.
  package nonisolated func allDecided(through accepted: UInt64) {
    change { $0.decided.advance(to: accepted) }
  }

  /// Takes obligations over, to be met at once.
  func takeOwed(_ count: Int, urgent: Bool) -> [(obligation: Obligation, request: String)] {
    state.withLock { $0.takeOwed(count, urgent: urgent) }
  }

  /// Looks something up. Must be short: writes wait meanwhile.
  package nonisolated func read<Result: Sendable>(
    _ body: (borrowing StoreState) -> Result
  ) -> Result {
    state.withLock { body($0) }
  }

  package func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.landLines() }
      group.addTask { await self.tellAll() }
      if let snapshots {
        group.addTask {
          await self.keepSnapshots(snapshots)
          await self.noMoreSnapshots()
        }
      }
      group.addTask { await self.remapAll() }
      await work()
      group.cancelAll()
    }
  }

  private func work() async {
    await settle()
    while let changes = await input.next(max: Self.batch) {
      for change in changes { change.verdict.resolve(decide(change)) }
      await settle()
    }
  }

  /// Lets go of bytes that have reached the disk, a moment after they have.
  private nonisolated func landLines() async {
    for await _ in landed.bell {
      try? await Task.sleep(for: Self.landingPause)
      takeLanded()
    }
  }

  nonisolated func takeLanded() {
    let lines = landed.take()
    if lines.isEmpty { return }
    state.withLock { state in
      for line in lines { state.land(line.place, line.position) }
    }
  }

  /// Meets what is owed; whoever waits with a change gets a turn after each stretch.
  ///
  /// Whoever leaves has left before anybody's next change is decided.
  private func settle() async {
    while settle(atMost: Self.batch, urgent: true) {}
    while settle(atMost: Self.batch, urgent: false) {
      for change in input.poll(max: Self.batch) { change.verdict.resolve(decide(change)) }
      while settle(atMost: Self.batch, urgent: true) {}
      let behind = committed.lastSeq - committed.durableSeq
      if behind > Self.settledAhead { await committed.durable(through: committed.lastSeq) }
    }
  }

  private func decide(_ change: MappedChange) -> Verdict {
    switch read({ $0.judge(change) }) {
    case .stale: return .stale
    case .refuse(let error): refuse(change, error)
    case .keep: keep(change)
    case .commit(let consumer, let connection, let sequence):
      guard case .apply(let next) = change.decision else { return .stale }
      let seq = commit(
        next, at: change.target, as: Origin(change), consumer, connection, after: sequence,
        then: Answer(to: change.write.reply, with: change.answer))
      if seq == nil { refuse(change, .tooManyMembers) }
    }
    return .decided
  }

  private func refuse(_ change: MappedChange, _ error: SCIMError) {
    var outcome = Outcome(
      of: Origin(change), at: change.target, .refused, status: error.status, received: change)
    outcome.detail = error.detail
    write(outcome.line, outcome, then: Answer(to: change.write.reply, with: SCIMAnswer(error))) {
      state, seq in
      state.pass(seq: seq)
    }
    counters.refused.add()
  }

  private func keep(_ change: MappedChange) {
    let outcome = Outcome(
      of: Origin(change), at: change.target, .unchanged, status: change.answer.status,
      received: change)
    write(outcome.line, outcome, then: Answer(to: change.write.reply, with: change.answer)) {
      state, seq in
      state.pass(seq: seq)
    }
    counters.unchanged.add()
  }

  /// Logs a resource's new state with its events, and takes it over.
  ///
  /// - Returns: nil when that does not fit into one line; then nothing was done.
  func commit(
    _ next: ResourceState, coming: ComingMembers? = nil, at key: ResourceKey, as origin: Origin,
    _ consumer: Consumer, _ connection: Connection, after newest: Int, then answer: Answer?
  ) -> UInt64? {
    var outcome = Outcome(next, at: key, as: origin)
    let coming = coming ?? next.members.map { change in read { $0.coming(change, in: key) } }
    outcome.members = coming?.members
    var decisions = next.events
    if let coming { decisions += coming.events(of: next.record) }
    var sequence = newest
    outcome.events = decisions.map { decision in
      sequence += 1
      return CommittedEvent(
        decision, of: next, as: origin, consumer, connection, sequence: UInt64(sequence),
        epoch: epoch)
    }
    let isCarried = key.type == SCIMResourceType.user.segment && !outcome.events.isEmpty
    if !isCarried, !next.record.isEmpty { outcome.record = next.record }
    let members = outcome.members
    let line = outcome.line
    guard line.data.count <= Self.lineLimit, let written = OutcomeMembers(line.data) else {
      return nil
    }
    var entry = RowEntry(key, next, BodyLayout(written, type: key.type), data: line.data)
    entry.sequence = sequence
    let landing = Landing()
    let seq = write(line, outcome, landing: landing, then: answer) { [entry] state, seq in
      let place = state.put(entry.committed(at: seq), request: origin.request)
      landing.place.store(place, ordering: .relaxed)
      if let members { state.apply(members, to: place, seq: seq) }
    }
    counters.applied.add()
    counters.events.add(UInt64(outcome.events.count))
    return seq
  }

  /// Enters and appends the outcome; once it is durable, delivery may see it and the caller is
  /// answered.
  @discardableResult
  private func write(
    _ line: SpoolRecord, _ outcome: Outcome, landing: Landing? = nil, then answer: Answer?,
    entering: (inout StoreState, UInt64) -> Void
  ) -> UInt64 {
    let (log, landed) = (log, landed)
    let (request, accepted, events) = (outcome.request, outcome.accepted, outcome.events)
    return append(line) { state, seq in
      if let accepted { state.decided.note(request, accepted: accepted) }
      entering(&state, seq)
    } whenDurable: { position in
      log.push(CommittedOutcome(seq: position.seq, requestId: request, events: events))
      if let landing { landed.note(landing, at: position) }
      answer?.give()
    }
  }

  /// Enters a line into the state, then appends it.
  ///
  /// In that order, because the spool's thread may answer before an append returns, and whoever
  /// has an answer must find what it says. Nobody else appends here, so the number is known.
  func append(
    _ record: SpoolRecord, entering: (inout StoreState, UInt64) -> Void,
    whenDurable: @escaping @Sendable (SpoolPosition) -> Void
  ) -> UInt64 {
    let seq = committed.lastSeq + 1
    state.withLock { entering(&$0, seq) }
    let appended = committed.append(record, whenDurable: whenDurable)
    precondition(appended == seq, "somebody else wrote to the store's hop")
    return seq
  }

  /// What caused a commit: a SCIM write, or an administrator.
  struct Origin: Sendable {
    var request: String
    var application: String
    var accepted: UInt64?
    /// Empty when no request asked for it itself.
    var method: String
    var resourceType: String
    var status: Int
  }
}

extension Store.Origin {
  fileprivate init(_ change: MappedChange) {
    self.init(
      request: change.write.request, application: change.write.connection.applicationId,
      accepted: change.write.accepted,
      method: change.write.verb.rawValue, resourceType: change.write.type.name,
      status: change.answer.status)
  }
}

extension Outcome {
  fileprivate init(
    of origin: Store.Origin, at key: ResourceKey, _ result: Result, status: Int,
    received change: MappedChange
  ) {
    self.init(
      request: origin.request, application: origin.application, accepted: origin.accepted,
      result: result, status: status,
      resourceType: origin.resourceType, key: key, version: 0, created: change.write.received,
      lastModified: change.write.received, resource: nil, unknown: nil, record: nil,
      members: nil, events: [], detail: nil)
  }

  fileprivate init(_ next: ResourceState, at key: ResourceKey, as origin: Store.Origin) {
    self.init(
      request: origin.request, application: origin.application, accepted: origin.accepted,
      result: .applied, status: origin.status,
      resourceType: origin.resourceType, key: key, version: next.version, created: next.created,
      lastModified: next.lastModified, resource: next.resource, unknown: next.unknown,
      record: nil, members: nil, events: [], detail: nil)
    isNew = next.base == 0
  }
}

extension RowEntry {
  /// - Parameter data: of its line, of which the number is not drawn yet.
  fileprivate init(
    _ key: ResourceKey, _ next: ResourceState, _ layout: BodyLayout, data: [UInt8]
  ) {
    let isUser = key.type == SCIMResourceType.user.segment
    self.init(
      key: key, version: next.version, created: next.created, lastModified: next.lastModified,
      isDeleted: next.resource == nil, isErased: ErasedEmployee.isOne(next.record), keys: next.keys,
      formerKeys: next.formerKeys,
      recordId: next.recordId, manager: isUser ? ManagerLink(record: next.record) : nil,
      group: GroupSummary(record: next.record, type: key.type),
      contentSeq: next.keepsContent ? next.seen : 0, seq: 0,
      parts: BodyParts(layout, of: data), body: .held(data))
  }

  fileprivate func committed(at seq: UInt64) -> RowEntry {
    var entry = self
    entry.seq = seq
    if entry.contentSeq == 0 { entry.contentSeq = seq }
    return entry
  }
}

extension CommittedEvent {
  fileprivate init(
    _ decision: EventDecision, of next: ResourceState, as origin: Store.Origin,
    _ consumer: Consumer, _ connection: Connection, sequence: UInt64, epoch: Int
  ) {
    let id = ULID.make(prefix: "evt_")
    let envelope = Envelope(
      id: id, type: decision.type, timestamp: next.time, sequence: sequence,
      epoch: epoch, method: origin.method, requestId: origin.request)
    let body = Self.render(
      envelope, consumer: consumer, connection: connection, data: next.record,
      decision: decision)
    self.init(
      id: id, type: decision.type.rawValue, key: next.recordId,
      applicationId: connection.applicationId, consumerId: consumer.id,
      connectionId: connection.id, sequence: sequence, timestamp: next.time, body: body)
  }
}
