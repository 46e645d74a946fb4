import Transport

/// Erases people: everybody who embeds one is committed anew without, then the person as ids alone.
///
/// Until that last line the person's own row is as it was, so that a crash anywhere before it leaves
/// everything that is needed to begin anew.
extension Store {
  /// Rows looked at between two turns of others.
  private static let erasureStretch = 64

  /// Takes the person out of everybody who embeds it.
  ///
  /// - Returns: the line up to which everybody has been looked at, once all of it is durable.
  package func release(_ person: ErasedPerson, _ erasure: Erasure) async -> UInt64 {
    var line: UInt64 = 0
    for _ in 0..<2 {
      let now = read { $0.appliedSeq }
      var next: Int? = 0
      while let first = next {
        next = releaseReports(of: person, from: first, changedAfter: line, erasure).next
        await committed.durable(through: committed.lastSeq)
        await Task.yield()
      }
      line = now
    }
    _ = releaseGroups(of: person, erasure)
    await committed.durable(through: committed.lastSeq)
    return line
  }

  /// Leaves nothing but ids of the person. Nobody else changes anything between the last look at
  /// others and that line.
  ///
  /// - Parameter seen: what `release` returned.
  /// - Returns: the line, once it is durable, and whether any after it, or right before, names the
  ///   person; nil when nothing was left to do.
  package func forget(
    _ person: ErasedPerson, seen: UInt64, _ erasure: Erasure
  ) async -> (line: UInt64, isNamed: Bool)? {
    guard let last = read({ $0.erased(person) }) else { return nil }
    var isNamed = releaseGroups(of: person, erasure)
    var next: Int? = 0
    while let first = next {
      let stretch = releaseReports(of: person, from: first, changedAfter: seen, erasure)
      isNamed = isNamed || stretch.isChanged
      next = stretch.next
    }
    commit(last, for: erasure)
    let line = committed.lastSeq
    while settle(atMost: Self.erasureStretch, urgent: true) {}
    // No write may come for long that would have this done.
    while settle(atMost: Self.erasureStretch, urgent: false) {
      while settle(atMost: Self.erasureStretch, urgent: true) {}
      await committed.durable(through: committed.lastSeq)
    }
    await committed.durable(through: committed.lastSeq)
    return (line, isNamed)
  }

  /// Whether an event tells of somebody who is erased, and does not say just that.
  package nonisolated func isErased(_ event: CommittedEvent) -> Bool {
    event.type != EventType.employeeErased.rawValue && read { $0.isErased(event.key) }
  }

  private func releaseReports(
    of person: ErasedPerson, from first: Int, changedAfter line: UInt64, _ erasure: Erasure
  ) -> (next: Int?, isChanged: Bool) {
    let stretch = read {
      $0.mayName(person, from: first, count: Self.erasureStretch, changedAfter: line)
    }
    var isChanged = false
    for place in stretch.places {
      guard let change = read({ $0.withoutManager(place, person) }) else { continue }
      commit(change, for: erasure)
      isChanged = true
    }
    return (stretch.next, isChanged)
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
