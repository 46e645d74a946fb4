import TestSupport
import Transport

@testable import Actors

/// One webhook's life with everything that can be asked of it at random moments: replays,
/// snapshots, holds, dead letters sent again, an overrun, and crashes after which only cursor and
/// ledger are left.
struct MachineSimulation {
  typealias Position = DeliveryQueue.Position

  static let employees = 7

  var random: SeededGenerator
  var log: [[CommittedEvent]] = []  // by seq - 1
  var ledger: [DeliveryMachine.LedgerEntry] = []  // by ledger seq - 1
  var cursor = DeliveryCursor(since: 0, ledgerFrom: 1)
  var machine: DeliveryMachine
  var inFlight: [DeliveryMachine.Job] = []
  var now = Timestamp(milliseconds: 1_000_000)
  var plans: [String: DeliveryRun.Plan] = [:]
  /// Runs whose plan was dropped for a newer one, or by an overrun.
  var dropped: Set<String> = []
  /// What was taken well, by where it came from.
  var received: [DeliveryMachine.Source: [Position]] = [:]
  var keys: [Position: String] = [:]
  var givenUpThrough: UInt64 = 0
  var letters = 0
  var problems: [String] = []
  let limits: DeliveryQueue.Limits
  let holdsAfterDead: Bool

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    var limits = DeliveryQueue.Limits()
    limits.readAhead = Int.random(in: 1...12, using: &random)
    limits.window = Int.random(in: 1...5, using: &random)
    self.limits = limits
    holdsAfterDead = seed % 2 == 0
    machine = DeliveryMachine(
      queue: DeliveryQueue(from: 1, limits: limits), schedule: Self.schedule)
    machine.holdsAfterDead = holdsAfterDead
  }

  private static let schedule = RetrySchedule(
    delays: [.zero, .seconds(1), .seconds(3), .seconds(9)], jitter: 0)

  mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &random) < percent
  }

  private mutating func anyKey() -> String {
    "emp_\(Int.random(in: 0..<Self.employees, using: &random))"
  }

  mutating func step(failing: Int) {
    now = now.advanced(by: .milliseconds(Int.random(in: 0...400, using: &random)))
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<15: append()
    case 15..<35: read()
    case 35..<60: take()
    case 60..<90: finish(failing: failing)
    case 90..<92: replay()
    case 92: snapshot()
    case 93..<95: hold()
    case 95..<98: release()
    case 98: resend()
    default: if chance(10) { overrun() }
    }
  }
}

// MARK: - What happens

extension MachineSimulation {
  mutating func append() {
    let seq = UInt64(log.count + 1)
    let key = anyKey()
    let count = Int.random(in: 0...2, using: &random)
    log.append((0..<count).map { .sample(key: key, sequence: seq * 10 + UInt64($0)) })
    for index in 0..<count { keys[Position(seq: seq, index: index)] = key }
  }

  mutating func read() {
    if machine.wantsMore, machine.queue.read <= UInt64(log.count) {
      let seq = machine.queue.read
      for (index, event) in log[Int(seq) - 1].enumerated() {
        machine.queue.feed(event, at: Position(seq: seq, index: index))
      }
      machine.queue.advance(to: seq + 1)
    }
    guard let run = machine.wantedRun, let seq = run.wantedRead else { return }
    machine.feed(run.id, line(seq, of: run.plan), next: seq + 1)
  }

  private func line(_ seq: UInt64, of plan: DeliveryRun.Plan) -> [(CommittedEvent, Position)] {
    if plan.kind == .replay {
      return log[Int(seq) - 1].enumerated().map { ($1, Position(seq: seq, index: $0)) }
    }
    let event = CommittedEvent.sample(key: "emp_\(seq - 1)", type: .employeeSnapshot)
    return [(event, Position(seq: seq, index: 0))]
  }

  mutating func take() {
    guard machine.hasWork(at: now) else { return }
    guard let job = machine.next(at: now) else { return problems.append("no work after all") }
    let key = job.take.key
    if inFlight.contains(where: { $0.take.key == key }) { problems.append("two of \(key)") }
    if inFlight.count >= limits.window { problems.append("window") }
    if machine.isHeld { problems.append("held webhook") }
    if job.run == nil || job.trigger == .replay, keys[job.take.position] != key {
      problems.append("no such event \(job.take.position)")
    }
    if job.isNew, machine.hold(of: key) != nil { problems.append("held \(key)") }
    inFlight.append(job)
  }

  mutating func finish(failing: Int) {
    guard !inFlight.isEmpty else { return }
    let job = inFlight.remove(at: Int.random(in: 0..<inFlight.count, using: &random))
    let result = WebhookResult(.answered(status: chance(failing) ? 500 : 200))
    let verdict = machine.judge(job, result, at: now, random: 0.5)
    if result.isSuccess {
      received[job.source, default: []].append(job.take.position)
      if isAwaited(job) { received[.log, default: []].append(job.take.position) }
    }
    if verdict.result == .dead, job.isNew {
      received[job.source, default: []].append(job.take.position)
    }
    let holds = verdict.result == .dead && holdsAfterDead && job.isNew
    let attempts = job.isProbe ? job.take.attempt - 1 : job.take.attempt
    ledger.append(
      .init(
        seq: UInt64(ledger.count + 1), source: job.source,
        entry: .init(
          key: job.take.key, position: job.take.position, attempts: attempts,
          next: verdict.result == .retry ? verdict.next : nil), letter: holds ? "evt" : nil))
    machine.conclude(job, verdict, ledgerSeq: UInt64(ledger.count), at: now)
    if holds { hold(job.take.key, letter: "evt") }
  }

  /// Whether it is sent outside the queue, and is what its key in the queue waits for: then the key
  /// goes on.
  private func isAwaited(_ job: DeliveryMachine.Job) -> Bool {
    guard case .letter = job.source else { return false }
    return machine.queue.parked[job.take.key]?.positions.first == job.take.position
  }

  mutating func replay() {
    guard !log.isEmpty, machine.runs.count < 3 else { return }
    let ends = (0..<2).map { _ in UInt64.random(in: 1...UInt64(log.count), using: &random) }
    start(.replay, from: ends.min()!, through: ends.max()!)
  }

  mutating func snapshot() {
    for run in machine.runs where run.plan.kind == .snapshot { dropped.insert(run.id) }
    start(.snapshot, from: 1, through: UInt64(Self.employees))
  }

  private mutating func start(_ kind: DeliveryRun.Kind, from: UInt64, through: UInt64) {
    let plan = DeliveryRun.Plan(
      id: "run_\(plans.count)", kind: kind, from: from, through: through)
    plans[plan.id] = plan
    machine.start(plan)
    save()
  }

  mutating func overrun() {
    givenUpThrough = UInt64(log.count)
    for run in machine.runs where run.plan.kind == .replay { dropped.insert(run.id) }
    machine.giveUp(through: givenUpThrough)
    snapshot()
  }

  mutating func hold() { hold(chance(10) ? nil : anyKey(), letter: nil) }

  private mutating func hold(_ key: String?, letter: String?) {
    machine.hold(DeliveryHold(webhookId: "wh_1", key: key, since: now, letter: letter))
    if letter == nil { save() }
  }

  mutating func release() {
    guard let hold = machine.holds.randomElement(using: &random) else { return }
    if !machine.release(hold.key) { problems.append("it was held") }
    save()
  }

  /// As if it had been a dead letter.
  mutating func resend() {
    guard let (position, key) = keys.min(by: { $0.key < $1.key }) else { return }
    letters += 1
    machine.letters.append(
      .init(
        id: "ltr_\(letters)", key: key, position: position,
        event: .sample(key: key, sequence: position.seq)))
  }
}

// MARK: - Restarts and the end

extension MachineSimulation {
  mutating func save() {
    let fresh = machine.cursor(since: 0, ledgerEnd: UInt64(ledger.count))
    cursor = try! DeliveryCursor(json: try! JSONValue(parsing: fresh.json.bytes).object!)
    if cursor.holds != fresh.holds || cursor.runs.map(\.plan) != fresh.runs.map(\.plan) {
      problems.append("the cursor's JSON says something else")
    }
  }

  mutating func crash() {
    inFlight = []
    let held = Set(machine.holds.map(\.key))
    defer { if Set(machine.holds.map(\.key)) != held { problems.append("holds differ") } }
    machine = DeliveryMachine(
      webhookId: "wh_1", cursor: cursor,
      ledger: Array(ledger.dropFirst(Int(cursor.ledgerNeededFrom) - 1)), schedule: Self.schedule,
      limits: limits, now: now)
    machine.holdsAfterDead = holdsAfterDead
  }

  mutating func drain() {
    while let hold = machine.holds.first { _ = machine.release(hold.key) }
    for _ in 0..<8_000 {
      if machine.backlog == 0, inFlight.isEmpty, machine.queue.read > log.count,
        machine.runs.isEmpty, machine.letters.isEmpty
      {
        return
      }
      read()
      take()
      finish(failing: 0)
      while let hold = machine.holds.first { _ = machine.release(hold.key) }
      now = now.advanced(by: .milliseconds(500))
    }
    problems.append("left \(machine.backlog), runs \(machine.runs.map(\.id))")
  }

  /// Every event of the log and of every run that was not dropped was taken, each key's in order.
  mutating func verdict() -> [String] {
    let log = keys.keys.filter { $0.seq > givenUpThrough }
    check(.log, has: Set(log), named: "log")
    for (id, plan) in plans where !dropped.contains(id) {
      let all: [Position] =
        plan.kind == .replay
        ? keys.keys.filter { (plan.from...plan.through).contains($0.seq) }
        : (1...plan.through).map { Position(seq: $0, index: 0) }
      check(.run(id), has: Set(all), named: id)
    }
    return problems
  }

  private mutating func check(
    _ source: DeliveryMachine.Source, has all: Set<Position>, named name: String
  ) {
    let received = received[source] ?? []
    for lost in all.subtracting(received) { problems.append("\(name) lost \(lost)") }
    guard name == "log" || plans[name]?.kind == .replay else { return }
    var last: [String: Position] = [:]
    var seen: Set<Position> = []
    for position in received where seen.insert(position).inserted {
      let key = keys[position]!
      if let before = last[key], before > position {
        problems.append("\(name) inverted \(position)")
      }
      last[key] = position
    }
  }
}
