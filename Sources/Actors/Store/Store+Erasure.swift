import Transport

/// Erases people: everybody who embeds one is committed anew without, then the person as ids alone.
///
/// Until that last line the person's own row is as it was, so that a crash anywhere before it leaves
/// everything that is needed to begin anew.
extension Store {
  /// Rows looked at between two turns of others.
  private static let erasureStretch = 64
  /// Rows that changed meanwhile and are looked at while nobody else gets a turn.
  private static let lastStretch = 200
  /// Looks at what changed during the look before; behind them it is the last one's, however much.
  private static let lastPasses = 8

  /// Takes the person out of everybody who embeds it.
  ///
  /// - Returns: the line up to which everybody has been looked at, once all of it is durable.
  package func release(_ person: ErasedPerson, _ erasure: Erasure) async -> UInt64 {
    var line: UInt64 = 0
    for _ in 0..<2 { line = await releaseAll(of: person, changedAfter: line, erasure) }
    _ = releaseGroups(of: person, erasure)
    await committed.durable(through: committed.lastSeq)
    return line
  }

  /// Leaves nothing but ids of the person. Nobody else changes anything between the last look at
  /// others and that line.
  ///
  /// - Parameters:
  ///   - seen: what `release` returned.
  ///   - sealed: the line behind which none should name the person.
  /// - Returns: the line, once it is durable, and whether one behind `sealed` does name the person;
  ///   nil when nothing was left to do.
  package func forget(
    _ person: ErasedPerson, seen: UInt64, sealed: UInt64, _ erasure: Erasure
  ) async -> (line: UInt64, isNamed: Bool)? {
    var (seen, passes) = (seen, 0)
    while passes < Self.lastPasses, isMuchChanged(beside: person, after: seen) {
      seen = await releaseAll(of: person, changedAfter: seen, erasure)
      passes += 1
    }
    guard let last = forgetNow(person, seen: seen, sealed: sealed, erasure) else { return nil }
    while settle(atMost: Self.erasureStretch, urgent: true) {}
    // No write may come for long that would have this done.
    while settle(atMost: Self.erasureStretch, urgent: false) {
      while settle(atMost: Self.erasureStretch, urgent: true) {}
      await committed.durable(through: committed.lastSeq)
    }
    await committed.durable(through: committed.lastSeq)
    return last
  }

  /// Whether an event tells of somebody who is erased, and does not say just that.
  package nonisolated func isErased(_ event: CommittedEvent) -> Bool {
    event.type != EventType.employeeErased.rawValue && read { $0.isErased(event.key) }
  }

  /// SCIM ids of those who are erased, as long as lines of them may be kept.
  package nonisolated var erasedRemoteIds: [String] {
    read { state in state.configuration.erasures.keys.compactMap { state.owner(of: $0)?.remoteId } }
  }

  /// What was committed, with nothing but ids of those who are erased.
  package nonisolated func withoutErased(_ log: any CommittedLog) -> LogWithoutErased {
    LogWithoutErased(log) {
      !self.read(\.configuration.erasures.isEmpty)
    } isErased: { id in
      self.read { $0.isErased(id) }
    }
  }

  /// Whether what is to be kept, such as an event's bytes, names an employee who is erased.
  package nonisolated func namesErased(_ bytes: [UInt8]) -> Bool {
    EmployeeIds(in: bytes).all.contains { id in read { $0.isErased(id) } }
  }
}

// MARK: - Steps

extension Store {
  /// Nobody else has a turn in here.
  private func forgetNow(
    _ person: ErasedPerson, seen: UInt64, sealed: UInt64, _ erasure: Erasure
  ) -> (line: UInt64, isNamed: Bool)? {
    if read({ $0.isGone(person) }) { return nil }
    var isNamed = releaseGroups(of: person, erasure)
    var next: Int? = 0
    while let first = next {
      let stretch = stretch(beside: person, from: first, changedAfter: seen)
      isNamed = releaseReports(of: person, stretch.places, erasure) || isNamed
      next = stretch.next
    }
    // Read only now: its event's sequence goes on from those of others that were just written.
    let (last, newest) = read { ($0.erased(person), $0.newestLine(of: person)) }
    guard let last else { return nil }
    commit(last, for: erasure)
    return (committed.lastSeq, isNamed || newest > sealed)
  }

  /// Looks once at everybody of the connection who changed after a line; the disk is read while
  /// others have their turns.
  ///
  /// - Returns: the line that was the newest when it began.
  private func releaseAll(
    of person: ErasedPerson, changedAfter line: UInt64, _ erasure: Erasure
  ) async -> UInt64 {
    let now = read { $0.appliedSeq }
    var next: Int? = 0
    while let first = next {
      let stretch = stretch(beside: person, from: first, changedAfter: line)
      for place in stretch.places { await warm(read { $0.key(at: place) }) }
      let isChanged = releaseReports(of: person, stretch.places, erasure)
      next = stretch.next
      if isChanged { await committed.durable(through: committed.lastSeq) }
      await Task.yield()
    }
    return now
  }

  private func isMuchChanged(beside person: ErasedPerson, after line: UInt64) -> Bool {
    var (next, count): (Int?, Int) = (0, 0)
    while let first = next, count <= Self.lastStretch {
      let stretch = stretch(beside: person, from: first, changedAfter: line)
      count += stretch.places.count
      next = stretch.next
    }
    return count > Self.lastStretch
  }

  private func stretch(
    beside person: ErasedPerson, from first: Int, changedAfter line: UInt64
  ) -> (places: [Int], next: Int?) {
    read { $0.mayName(person, from: first, count: Self.erasureStretch, changedAfter: line) }
  }

  /// - Returns: whether any of them named the person.
  private func releaseReports(
    of person: ErasedPerson, _ places: [Int], _ erasure: Erasure
  ) -> Bool {
    var isChanged = false
    for place in places {
      guard let change = read({ $0.withoutManager(place, person) }) else { continue }
      commit(change, for: erasure)
      isChanged = true
    }
    return isChanged
  }

  private func releaseGroups(of person: ErasedPerson, _ erasure: Erasure) -> Bool {
    let groups = read { $0.memberships(of: person) }
    for (group, value) in groups {
      guard let change = read({ $0.without(value, in: group, person) }) else { continue }
      commit(change, for: erasure)
    }
    return !groups.isEmpty
  }

  private func commit(_ change: OwedChange, for erasure: Erasure) {
    let origin = Origin(
      request: erasure.request, application: change.connection.applicationId, accepted: nil,
      method: "DELETE", resourceType: change.typeName, status: 200)
    _ = commit(
      change.next, coming: change.members, at: change.key, as: origin, change.consumer,
      change.connection, after: change.sequence, then: nil)
  }
}
