import TestSupport
import Transport

@testable import Actors

/// One webhook's life in simulated time: a log that grows, a receiver that fails at random, and
/// crashes after which only cursor and ledger are left.
struct QueueSimulation {
  typealias Position = DeliveryQueue.Position

  var random: SeededGenerator
  var log: [[CommittedEvent]] = []  // by seq - 1
  var ledger: [DeliveryQueue.LedgerEntry] = []  // by ledger seq - 1
  var cursor = DeliveryCursor(since: 0, ledgerFrom: 1)
  var queue: DeliveryQueue
  var inFlight: [DeliveryQueue.Take] = []
  var now = Timestamp(milliseconds: 1_000_000)
  /// What the receiver answered 2xx to, in order, and how often.
  var received: [Position] = []
  var keys: [Position: String] = [:]
  var receipts: [Position: Int] = [:]
  var problems: [String] = []
  let limits: DeliveryQueue.Limits

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    var limits = DeliveryQueue.Limits()
    limits.readAhead = Int.random(in: 1...12, using: &random)
    limits.parkedKeys = Int.random(in: 2...6, using: &random)
    self.limits = limits
    queue = DeliveryQueue(from: 1, limits: limits)
  }

  mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &random) < percent
  }

  /// One random step; `failing` is the share of attempts that fail, in percent.
  mutating func step(failing: Int) {
    now = now.advanced(by: .milliseconds(Int.random(in: 0...400, using: &random)))
    switch Int.random(in: 0..<10, using: &random) {
    case 0, 1: append()
    case 2, 3: read(1)
    case 4, 5, 6: take()
    default: finish(failing: failing)
    }
  }

  mutating func append() {
    let seq = UInt64(log.count + 1)
    let key = "emp_\(Int.random(in: 0..<8, using: &random))"
    let count = Int.random(in: 0...2, using: &random)
    log.append((0..<count).map { .sample(key: key, sequence: seq * 10 + UInt64($0)) })
    for index in 0..<count { keys[Position(seq: seq, index: index)] = key }
  }

  mutating func read(_ lines: Int) {
    for _ in 0..<lines where queue.wantsMore && queue.read <= UInt64(log.count) {
      let seq = queue.read
      for (index, event) in log[Int(seq) - 1].enumerated() {
        queue.feed(event, at: Position(seq: seq, index: index))
      }
      queue.advance(to: seq + 1)
    }
  }

  mutating func take() {
    guard let take = queue.take(at: now) else { return }
    if inFlight.contains(where: { $0.key == take.key }) { problems.append("two of \(take.key)") }
    if inFlight.count >= limits.window { problems.append("window") }
    if keys[take.position] != take.key { problems.append("no such event \(take.position)") }
    inFlight.append(take)
  }

  mutating func finish(failing: Int) {
    guard !inFlight.isEmpty else { return }
    let take = inFlight.remove(at: Int.random(in: 0..<inFlight.count, using: &random))
    let fails = chance(failing)
    let next = now.advanced(by: .seconds(Int.random(in: 1...5, using: &random)))
    if !fails {
      received.append(take.position)
      receipts[take.position, default: 0] += 1
    }
    ledger.append(
      .init(
        key: take.key, position: take.position, attempts: take.attempt, next: fails ? next : nil))
    queue.finish(
      take, fails ? .retry(at: next) : .done, ledgerSeq: UInt64(ledger.count), at: now)
  }

  mutating func save() {
    let fresh = queue.cursor(since: 0, failingSince: nil, ledgerEnd: UInt64(ledger.count))
    cursor = try! DeliveryCursor(json: try! JSONValue(parsing: fresh.json.bytes).object!)
    if cursor.ledgerFrom != fresh.ledgerFrom || cursor.parked.count != fresh.parked.count {
      problems.append("the cursor's JSON says something else")
    }
  }

  /// - Parameter cut: ledger lines that were not on disk yet.
  mutating func crash(losing cut: Int = 0) {
    ledger.removeLast(min(cut, ledger.count))
    inFlight = []
    cursor.ledgerFrom = min(cursor.ledgerFrom, UInt64(ledger.count) + 1)
    queue = DeliveryQueue(
      cursor: cursor, ledger: Array(ledger[(Int(cursor.ledgerFrom) - 1)...]), limits: limits)
  }

  mutating func drain() {
    for _ in 0..<2_000 {
      if queue.backlog == 0 && inFlight.isEmpty && queue.read > log.count { return }
      read(4)
      take()
      finish(failing: 0)
      now = now.advanced(by: .milliseconds(500))
    }
  }

  /// Every event received, each key's first receipts in order.
  mutating func verdict() -> [String] {
    for position in keys.keys where receipts[position] == nil {
      problems.append("lost \(position)")
    }
    var last: [String: Position] = [:]
    var seen: Set<Position> = []
    for position in received where seen.insert(position).inserted {
      let key = keys[position]!
      if let before = last[key], before > position { problems.append("inverted \(position)") }
      last[key] = position
    }
    if queue.backlog != 0 || queue.inFlight != 0 { problems.append("left \(queue.backlog)") }
    return problems
  }
}

extension CommittedEvent {
  static func sample(
    key: String = "emp_1", sequence: UInt64 = 1, type: EventType = .employeeUpdated,
    applicationId: String = "app_1", consumerId: String = "csm_1"
  ) -> CommittedEvent {
    let id = "evt_\(sequence)"
    let body = """
      {"id":"\(id)","type":"\(type.rawValue)","sequence":\(sequence),"data":{"id":"\(key)"}}
      """
    return CommittedEvent(
      id: id, type: type.rawValue, key: key, applicationId: applicationId,
      consumerId: consumerId, connectionId: "cnx_1", sequence: sequence,
      timestamp: Timestamp(milliseconds: 0), body: Array(body.utf8))
  }
}
