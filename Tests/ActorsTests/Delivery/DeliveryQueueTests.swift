import Testing
import Transport

@testable import Actors

@Suite struct DeliveryQueueTests {
  typealias Position = DeliveryQueue.Position
  let now = Timestamp(milliseconds: 1_000_000)

  func queue(_ keys: String..., window: Int = 4) -> DeliveryQueue {
    var limits = DeliveryQueue.Limits()
    limits.window = window
    var queue = DeliveryQueue(from: 1, limits: limits)
    for (index, key) in keys.enumerated() {
      let seq = UInt64(index + 1)
      queue.feed(.sample(key: key, sequence: seq), at: Position(seq: seq, index: 0))
      queue.advance(to: seq + 1)
    }
    return queue
  }

  @Test func `one key has one attempt in flight`() throws {
    var queue = queue("a", "a", "b")
    let first = try queue.taken(at: now)
    let second = try queue.taken(at: now)
    #expect([first.key, second.key] == ["a", "b"])
    #expect(!queue.hasWork(at: now))
    queue.finish(first, .done, ledgerSeq: 1, at: now)
    let third = try queue.taken(at: now)
    #expect(third.position.seq == 2)
  }

  @Test func `no more than the window is in flight`() throws {
    var queue = queue("a", "b", "c", "d", "e")
    for _ in 0..<4 { _ = try queue.taken(at: now) }
    #expect(!queue.hasWork(at: now))
    let fifth = queue.take(at: now)
    #expect(fifth == nil)
  }

  @Test func `a parked key holds its own events back and no others`() throws {
    var queue = queue("a", "a", "b", window: 1)
    let first = try queue.taken(at: now)
    let due = now.advanced(by: .seconds(5))
    queue.finish(first, .retry(at: due), ledgerSeq: 1, at: now)
    let other = try queue.taken(at: now)
    #expect(other.key == "b")
    queue.finish(other, .done, ledgerSeq: 2, at: now)
    #expect(!queue.hasWork(at: now))
    let again = try queue.taken(at: due)
    #expect(again.position.seq == 1 && again.attempt == 2 && again.event == nil)
    queue.finish(again, .done, ledgerSeq: 3, at: due)
    let next = try queue.taken(at: due)
    #expect(next.position.seq == 2)
  }

  @Test func `the cursor names what is done and where parked keys stand`() throws {
    var queue = queue("a", "b", "a", "c")
    let a = try queue.taken(at: now)
    let b = try queue.taken(at: now)
    queue.finish(b, .done, ledgerSeq: 1, at: now)
    var cursor = queue.cursor(since: 0, failingSince: nil, ledgerEnd: 1)
    #expect(cursor.high == 0 && cursor.ledgerFrom == 1)
    let due = now.advanced(by: .seconds(5))
    queue.finish(a, .retry(at: due), ledgerSeq: 2, at: now)
    cursor = queue.cursor(since: 0, failingSince: nil, ledgerEnd: 2)
    #expect(cursor.high == 3 && cursor.ledgerFrom == 3)
    #expect(
      cursor.parked
        == [.init(key: "a", position: Position(seq: 1, index: 0), attempts: 1, next: due)])
  }

  @Test func `reading stops at too many parked keys and goes on when they are done`() throws {
    var limits = DeliveryQueue.Limits()
    limits.parkedKeys = 2
    var queue = DeliveryQueue(from: 1, limits: limits)
    for (seq, key) in [(1, "a"), (2, "b")] as [(UInt64, String)] {
      queue.feed(.sample(key: key), at: Position(seq: seq, index: 0))
      queue.advance(to: seq + 1)
      let take = try queue.taken(at: now)
      queue.finish(take, .retry(at: now.advanced(by: .seconds(1))), ledgerSeq: nil, at: now)
    }
    #expect(!queue.wantsMore)
    let take = try queue.taken(at: now.advanced(by: .seconds(1)))
    queue.finish(take, .done, ledgerSeq: nil, at: now)
    #expect(queue.wantsMore)
  }

  @Test(arguments: 0..<200)
  func `restarts at random points lose nothing and invert nothing`(seed: Int) {
    var life = QueueSimulation(seed: UInt64(seed))
    let failing = [0, 10, 40, 80][seed % 4]
    let losesLedger = seed % 5 == 0
    for _ in 0..<600 {
      life.step(failing: failing)
      if life.chance(5) { life.save() }
      if life.chance(2) {
        life.crash(losing: losesLedger ? Int.random(in: 0...4, using: &life.random) : 0)
      }
    }
    life.drain()
    let problems = life.verdict()
    #expect(problems.prefix(3) == [], "seed \(seed)")
    // With the whole ledger, nothing that was answered is sent again.
    let repeats = life.receipts.filter { $0.value != 1 }.keys.sorted()
    if !losesLedger { #expect(repeats.prefix(3) == [], "seed \(seed)") }
  }
}

extension DeliveryQueue {
  mutating func taken(at now: Timestamp) throws -> Take {
    let take = take(at: now)
    return try #require(take)
  }
}
