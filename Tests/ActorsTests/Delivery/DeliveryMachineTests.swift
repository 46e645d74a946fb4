import Testing
import Transport

@testable import Actors

@Suite struct DeliveryMachineTests {
  typealias Position = DeliveryQueue.Position
  let now = Timestamp(milliseconds: 1_000_000)

  func machine(_ keys: String..., window: Int = 4) -> DeliveryMachine {
    var limits = DeliveryQueue.Limits()
    limits.window = window
    var machine = DeliveryMachine(queue: DeliveryQueue(from: 1, limits: limits))
    for (index, key) in keys.enumerated() {
      let seq = UInt64(index + 1)
      machine.queue.feed(.sample(key: key, sequence: seq), at: Position(seq: seq, index: 0))
      machine.queue.advance(to: seq + 1)
    }
    return machine
  }

  func feed(_ machine: inout DeliveryMachine, _ id: String, _ keys: String...) {
    for (index, key) in keys.enumerated() {
      let seq = UInt64(index + 1)
      machine.feed(
        id, [(.sample(key: key, sequence: seq), Position(seq: seq, index: 0))], next: seq + 1)
    }
  }

  @Test func `log, replay and snapshot take turns`() throws {
    var machine = machine("a", "b")
    machine.start(.init(id: "rpl_1", kind: .replay, from: 1, through: 2))
    machine.start(.init(id: "snp_1", kind: .snapshot, from: 1, through: 2))
    feed(&machine, "rpl_1", "c", "d")
    feed(&machine, "snp_1", "e", "f")
    var triggers: [DeliveryAttempt.Trigger] = []
    for _ in 0..<6 {
      let job = try machine.taken(at: now)
      triggers.append(job.trigger)
      machine.succeed(job, at: now)
    }
    #expect(triggers == [.schedule, .replay, .snapshot, .schedule, .replay, .snapshot])
    #expect(machine.runs.isEmpty)
  }

  @Test func `a key has one attempt in flight over log and replay`() throws {
    var machine = machine("a")
    machine.start(.init(id: "rpl_1", kind: .replay, from: 1, through: 1))
    feed(&machine, "rpl_1", "a")
    let first = try machine.taken(at: now)
    #expect(!machine.hasWork(at: now))
    machine.succeed(first, at: now)
    let second = try machine.taken(at: now)
    #expect([first.trigger, second.trigger] == [.schedule, .replay])
  }

  @Test func `a held key waits, others go on, and it goes on in order once released`() throws {
    var machine = machine("a", "b", "a")
    machine.hold(DeliveryHold(webhookId: "wh_1", key: "a", since: now))
    let other = try machine.taken(at: now)
    #expect(other.take.key == "b")
    machine.succeed(other, at: now)
    #expect(!machine.hasWork(at: now) && machine.isIdle)
    let wasHeld = machine.release("a")
    #expect(wasHeld)
    for seq in [1, 3] as [UInt64] {
      let job = try machine.taken(at: now)
      #expect(job.take.position.seq == seq && job.take.attempt == 1)
      machine.succeed(job, at: now)
    }
    let again = machine.release("a")
    #expect(!again)
  }

  @Test func `a key held while its attempt is in flight stops after that`() throws {
    var machine = machine("a", "a")
    let job = try machine.taken(at: now)
    machine.hold(DeliveryHold(webhookId: "wh_1", key: "a", since: now))
    machine.succeed(job, at: now)
    #expect(!machine.hasWork(at: now))
    _ = machine.release("a")
    let next = try machine.taken(at: now)
    #expect(next.take.position.seq == 2)
  }

  @Test func `a held webhook gets nothing and reads nothing`() {
    var machine = machine("a")
    machine.hold(DeliveryHold(webhookId: "wh_1", key: nil, since: now))
    #expect(!machine.hasWork(at: now) && !machine.wantsMore)
    _ = machine.release(nil)
    #expect(machine.hasWork(at: now) && machine.wantsMore)
  }

  @Test func `what is given up is not asked for again, and its attempts end as nobody's`() throws {
    var machine = machine("a", "b", "c")
    let job = try machine.taken(at: now)
    machine.giveUp(through: 3)
    #expect(machine.backlog == 0 && machine.queue.read == 4)
    let cursor = machine.cursor(since: 0, ledgerEnd: 9)
    #expect(cursor.high == 3 && cursor.neededFrom == 4 && cursor.ledgerNeededFrom == 10)
    machine.queue.feed(.sample(key: "a", sequence: 4), at: Position(seq: 4, index: 0))
    machine.queue.advance(to: 5)
    #expect(!machine.hasWork(at: now))
    machine.succeed(job, at: now)
    let next = try machine.taken(at: now)
    #expect(next.take.position.seq == 4)
  }

  @Test func `held keys and runs pin what they still need of the log`() throws {
    var machine = machine("a", "b", "c")
    machine.hold(DeliveryHold(webhookId: "wh_1", key: "b", since: now))
    for _ in 0..<2 { machine.succeed(try machine.taken(at: now), at: now) }
    var cursor = machine.cursor(since: 0, ledgerEnd: 2)
    #expect(cursor.high == 3 && cursor.neededFrom == 2)
    machine.start(.init(id: "snp_1", kind: .snapshot, from: 1, through: 9))
    cursor = machine.cursor(since: 0, ledgerEnd: 2)
    #expect(cursor.neededFrom == 2)
    machine.start(.init(id: "rpl_1", kind: .replay, from: 1, through: 3))
    cursor = machine.cursor(since: 0, ledgerEnd: 2)
    #expect(cursor.neededFrom == 1)
  }

  @Test func `a dead letter sent again goes before what its key waits with`() throws {
    var machine = machine("a")
    machine.hold(DeliveryHold(webhookId: "wh_1", key: "a", since: now, letter: "evt_0"))
    machine.letters.append(
      .init(
        id: "ltr_1", key: "a", position: Position(seq: 0, index: 0), event: .sample(key: "a")))
    let job = try machine.taken(at: now)
    #expect(job.source == .letter("ltr_1") && job.trigger == .manual)
    let failure = machine.judge(
      job, WebhookResult(.answered(status: 500)), at: now, random: 0.5)
    #expect(failure.result == .failed && failure.next == nil)
    machine.conclude(job, failure, ledgerSeq: 1, at: now)
    #expect(!machine.hasWork(at: now))
  }

  @Test(arguments: 0..<240)
  func `whatever is asked, and whenever it restarts, nothing is lost or inverted`(seed: Int) {
    var life = MachineSimulation(seed: UInt64(seed))
    let failing = [0, 10, 40, 60][seed % 4]
    for _ in 0..<700 {
      life.step(failing: failing)
      if life.chance(5) { life.save() }
      if life.chance(2) { life.crash() }
    }
    life.drain()
    let problems = life.verdict()
    #expect(problems.prefix(3) == [], "seed \(seed)")
  }
}

extension DeliveryMachine {
  mutating func taken(at now: Timestamp) throws -> Job {
    let job = next(at: now)
    return try #require(job)
  }

  mutating func succeed(_ job: Job, at now: Timestamp) {
    let verdict = judge(job, WebhookResult(.answered(status: 200)), at: now, random: 0.5)
    conclude(job, verdict, ledgerSeq: 1, at: now)
  }
}
