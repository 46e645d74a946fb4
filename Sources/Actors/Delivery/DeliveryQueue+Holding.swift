import Transport

/// Keys that must wait although they have something to send: held by somebody, or busy with an
/// attempt of another queue of the same webhook.
///
/// Their places in `ready` and `due` are left alone until they come up; then they go aside, so that
/// what stands at the front of both can always be sent.
extension DeliveryQueue {
  /// No attempt at this key any more until it is released; one in flight ends as it ends.
  package mutating func hold(_ key: String) {
    guard held.insert(key).inserted else { return }
    if parkWaiting(of: key, attempts: 0, until: .distantPast) {
      let wasReady = ready.removeFirst { $0 == key } != nil
      if wasReady || !busy.contains(key) { aside.insert(key) }
    }
    settle()
  }

  package mutating func release(_ key: String) {
    held.remove(key)
    bringBack(key)
  }

  /// Another queue has begun an attempt at this key.
  mutating func block(_ key: String) {
    elsewhere.insert(key)
    settle()
  }

  mutating func unblock(_ key: String) {
    elsewhere.remove(key)
    bringBack(key)
  }

  /// Forgets everything up to `end`, done or not: the next line is the one after it.
  package mutating func giveUp(through end: UInt64) {
    var fresh = DeliveryQueue(from: max(end + 1, read), limits: limits)
    fresh.busy = busy
    fresh.held = held
    fresh.elsewhere = elsewhere
    fresh.givenUpThrough = fresh.scanEnd
    self = fresh
  }

  private func isBlocked(_ key: String) -> Bool {
    busy.contains(key) || held.contains(key) || elsewhere.contains(key)
  }

  /// Puts what must wait out of the way, so that `hasWork` is a look at the front.
  mutating func settle() {
    while let key = ready.first, isBlocked(key) {
      _ = ready.popFirst()
      aside.insert(key)
    }
    while let key = due.nextKey, isBlocked(key) {
      due.popFirst()
      aside.insert(key)
    }
  }

  mutating func bringBack(_ key: String) {
    guard !isBlocked(key), aside.remove(key) != nil else { return }
    if let entry = parked[key] {
      if !entry.positions.isEmpty { due.push(key, at: entry.next) }
    } else if waiting[key] != nil {
      ready.append(key)
    }
  }

  /// The first event known of a held key.
  mutating func parkHeld(_ key: String, _ position: Position) {
    window.add(position.seq, isOpen: false)
    parked[key] = Parked(position, attempts: 0, next: .distantPast)
    parkedPositions += 1
    aside.insert(key)
  }

  /// Keeps only positions of what waits in memory for a key.
  /// - Returns: whether there was anything.
  mutating func parkWaiting(of key: String, attempts: Int, until time: Timestamp) -> Bool {
    guard var line = waiting.removeValue(forKey: key), let first = line.first else { return false }
    var entry = Parked(last: first.position, attempts: attempts, next: time)
    while let pending = line.popFirst() {
      waitingCount -= 1
      window.close(pending.position.seq, ledgerSeq: nil)
      entry.positions.append(pending.position)
      entry.last = pending.position
      parkedPositions += 1
    }
    parked[key] = entry
    return true
  }
}

extension Timestamp {
  /// Before anything delivery has seen: due at once.
  static let distantPast = Timestamp(milliseconds: 0)
}
