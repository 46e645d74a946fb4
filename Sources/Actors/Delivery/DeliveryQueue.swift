package import Transport

/// Decides what one webhook is sent next: in order per key, a failing key out of the others' way.
///
/// Pure: it knows neither clock nor disk. Events come in log order through `feed`; `take` hands out
/// attempts, at most one per key at a time; `finish` says how one ended. A key whose attempt failed
/// is *parked*: only positions are kept of it, its events are read from the log again when it is
/// due, and nothing of it overtakes.
package struct DeliveryQueue: Sendable {
  /// Where an event stands: the log line and its place among that line's events.
  package struct Position: Sendable, Hashable, Comparable {
    package var seq: UInt64
    package var index: Int

    package init(seq: UInt64, index: Int) {
      self.seq = seq
      self.index = index
    }

    package static func < (left: Position, right: Position) -> Bool {
      (left.seq, left.index) < (right.seq, right.index)
    }
  }

  package struct Limits: Sendable, Equatable {
    /// Attempts in flight at once.
    package var window = 4
    /// Events held in memory; at it reading stops (one batch can go beyond).
    package var readAhead = 256
    /// Parked keys; at it reading stops.
    package var parkedKeys = 10_000
    /// Positions that wait behind parked keys; at it reading stops.
    package var parkedPositions = 65_536
    /// Lines remembered after the oldest unfinished one; at it reading stops.
    package var linesAhead = 65_536

    package init() {}
  }

  /// One attempt to make.
  package struct Take: Sendable, Equatable {
    package var key: String
    package var position: Position
    /// From 1.
    package var attempt: Int
    /// Nil when the event must be read from the log.
    package var event: CommittedEvent?
  }

  package enum Ending: Sendable, Equatable {
    /// Delivered, or given up: the key goes on.
    case done
    /// The key waits; the attempt counts.
    case retry(at: Timestamp)
    /// The key is as it was before.
    case again
  }

  struct Parked: Sendable {
    var positions = RingBuffer<Position>()
    /// The newest position known of this key, in `positions` or done.
    var last: Position
    /// The newest position known to be done, when that is `last`.
    var done: Position? { positions.isEmpty ? last : nil }
    /// Attempts used up for the first of `positions`.
    var attempts: Int
    var next: Timestamp
  }

  struct Pending: Sendable {
    let position: Position
    let event: CommittedEvent
  }

  var limits: Limits
  /// The next log line to feed.
  package internal(set) var read: UInt64
  var waiting: [String: RingBuffer<Pending>] = [:]
  var ready = RingBuffer<String>()
  var parked: [String: Parked] = [:]
  var due = DueKeys()
  var window = OutcomeWindow()
  var busy: Set<String> = []
  var waitingCount = 0
  var parkedPositions = 0
  var parkedTurn = true
  /// What the cursor called done; lines up to here are read only for parked keys.
  var scanEnd: UInt64 = 0
  /// Up to here lines can hold more of a key that was parked at the restart.
  var parkedScanEnd: UInt64 = 0
  /// Per key, what the ledger says was done although the cursor does not.
  var doneThrough: [String: Position] = [:]
  var doneThroughEnd: UInt64 = 0
  /// The ledger up to the restart counts from here until all lines it speaks of are read again.
  var restoredLedgerFrom: UInt64 = 0
  /// Keys that get no attempt until they are released.
  package internal(set) var held: Set<String> = []
  /// Keys with an attempt in flight that another queue of the same webhook handed out.
  var elsewhere: Set<String> = []
  /// Keys with something to send that came up while they must not; `bringBack` returns them.
  var aside: Set<String> = []
  /// Attempts in flight at events up to here change nothing any more.
  var givenUpThrough: UInt64 = 0

  /// - Parameter read: the first log line whose events it gets.
  package init(from read: UInt64, limits: Limits = Limits()) {
    self.read = read
    self.limits = limits
    scanEnd = read - 1
    parkedScanEnd = scanEnd
  }

  package var inFlight: Int { busy.count }
  package var parkedKeys: Int { parked.count }
  /// Events it knows of that are not done.
  package var backlog: Int { waitingCount + parkedPositions }

  /// Whether nothing it knows of will be due: it is empty, or all of it is held.
  var isIdle: Bool { ready.isEmpty && due.next == nil }

  /// Whether it takes more lines.
  package var wantsMore: Bool {
    if parkedPositions >= limits.parkedPositions || window.count >= limits.linesAhead {
      return false
    }
    // Until all of the parked keys is known, reading on is what makes their number fall.
    return read <= parkedScanEnd
      || waitingCount < limits.readAhead && parked.count < limits.parkedKeys
  }
}

extension DeliveryQueue {
  /// Takes in one of a line's events; lines come in order, each only once.
  package mutating func feed(_ event: CommittedEvent, at position: Position) {
    let key = event.key
    if let done = doneThrough[key], position <= done {
      if position.seq > scanEnd {
        window.add(position.seq, isOpen: false, ledgerSeq: restoredLedgerFrom)
      }
      return
    }
    if parked[key] != nil {
      park(key, position)
      settle()
    } else if position.seq > scanEnd {
      if held.contains(key) { return parkHeld(key, position) }
      window.add(position.seq)
      waitingCount += 1
      if waiting[key] == nil { ready.append(key) }
      waiting[key, default: RingBuffer()].append(Pending(position: position, event: event))
      settle()
    }
  }

  /// Everything before `next` has been fed.
  package mutating func advance(to next: UInt64) {
    guard next > read else { return }
    let wasScanning = read <= parkedScanEnd
    read = next
    if wasScanning && read > parkedScanEnd {
      parked = parked.filter { !$0.value.positions.isEmpty }
    }
    if read > doneThroughEnd { doneThrough = [:] }
    window.trim()
  }

  private mutating func park(_ key: String, _ position: Position) {
    guard var entry = parked[key] else { return }
    if position.seq > scanEnd {
      let isDone = position < entry.positions.first ?? entry.last || position == entry.done
      window.add(
        position.seq, isOpen: false, ledgerSeq: isDone ? restoredLedgerFrom : nil)
    }
    guard position > entry.last else { return }
    parked[key] = nil  // so that its buffer is changed in place
    if entry.positions.isEmpty { due.push(key, at: entry.next) }
    entry.positions.append(position)
    entry.last = position
    parkedPositions += 1
    parked[key] = entry
  }
}

extension DeliveryQueue {
  /// Whether `take` would give something.
  package func hasWork(at now: Timestamp) -> Bool {
    guard busy.count < limits.window else { return false }
    if !ready.isEmpty { return true }
    guard let next = due.next else { return false }
    return next <= now
  }

  /// The next attempt to make, if any; parked and other keys take turns.
  package mutating func take(at now: Timestamp) -> Take? {
    guard busy.count < limits.window else { return nil }
    parkedTurn.toggle()
    let take = parkedTurn ? takeParked(now) ?? takeReady() : takeReady() ?? takeParked(now)
    settle()
    return take
  }

  private mutating func takeReady() -> Take? {
    guard let key = ready.popFirst(), let first = waiting[key]?.first else { return nil }
    busy.insert(key)
    return Take(key: key, position: first.position, attempt: 1, event: first.event)
  }

  private mutating func takeParked(_ now: Timestamp) -> Take? {
    guard let key = due.pop(by: now), let entry = parked[key],
      let position = entry.positions.first
    else { return nil }
    busy.insert(key)
    return Take(key: key, position: position, attempt: entry.attempts + 1, event: nil)
  }

  /// - Parameter ledgerSeq: the ledger line that says so.
  package mutating func finish(
    _ take: Take, _ ending: Ending, ledgerSeq: UInt64?, at now: Timestamp
  ) {
    busy.remove(take.key)
    if take.position.seq <= givenUpThrough { return bringBack(take.key) }
    if parked[take.key] != nil {
      if ending == .done { window.note(take.position.seq, ledgerSeq: ledgerSeq) }
      finishParked(take, ending, now)
    } else {
      finishWaiting(take, ending, ledgerSeq)
    }
    settle()
  }

  mutating func finishParked(_ take: Take, _ ending: Ending, _ now: Timestamp) {
    guard var entry = parked.removeValue(forKey: take.key) else { return }
    switch ending {
    case .done:
      _ = entry.positions.popFirst()
      parkedPositions -= 1
      entry.attempts = 0
      entry.next = now
      // While the log behind the cursor is still being read, more of this key may turn up.
      if entry.positions.isEmpty && read > parkedScanEnd { return }
    case .retry(let time):
      entry.attempts = take.attempt
      entry.next = time
    case .again: entry.next = now
    }
    if !entry.positions.isEmpty { due.push(take.key, at: entry.next) }
    parked[take.key] = entry
  }

  mutating func finishWaiting(_ take: Take, _ ending: Ending, _ ledgerSeq: UInt64?) {
    switch ending {
    case .again: ready.append(take.key)
    case .done:
      _ = waiting[take.key]?.popFirst()
      waitingCount -= 1
      window.close(take.position.seq, ledgerSeq: ledgerSeq)
      if waiting[take.key]?.isEmpty == false {
        ready.append(take.key)
      } else {
        waiting[take.key] = nil
      }
    case .retry(let time): parkAll(take, until: time)
    }
  }

  private mutating func parkAll(_ take: Take, until time: Timestamp) {
    guard parkWaiting(of: take.key, attempts: take.attempt, until: time) else { return }
    due.push(take.key, at: time)
  }
}
