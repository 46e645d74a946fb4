import Synchronization
import Transport

/// Plays an identity provider that provisions a company: its calls, in its order, in its words.
///
/// People are created wave by wave, managers first; then each person's changes follow, then the
/// groups. One person's calls never overlap. Run again with the same seed it finds everybody by
/// filter and brings them to the same final state, without a change where there is none.
package final class ProviderSimulator: Sendable {
  /// What one answered write did to a person.
  package enum Change: String, Sendable {
    case created
    case updated
    case deactivated
    case reactivated
    case deleted
  }

  /// For whoever watches what a write causes.
  package struct Outcome: Sendable {
    package var person: SimulatedPerson
    package var change: Change
    package var answered: ContinuousClock.Instant
    package var latency: Duration

    package init(
      person: SimulatedPerson, change: Change, answered: ContinuousClock.Instant,
      latency: Duration
    ) {
      self.person = person
      self.change = change
      self.answered = answered
      self.latency = latency
    }
  }

  /// What is known of a person on the server.
  struct Known {
    var id: String?
    /// What the server said last.
    var stored = JSONObject()
    /// Found by filter, so already brought to the final profile.
    var wasThere = false
  }

  /// Calls in a row without any answer after which the server counts as gone.
  private static let patience = 50

  package let company: SimulatedCompany
  package let dialect: any ProviderDialect
  package let tally = CallTally()
  let groups: [SimulatedGroup]
  let calls: ProviderCalls
  let known: Mutex<[Known]>
  private let connections: Int
  private let onOutcome: @Sendable (Outcome) -> Void
  private let silence = Mutex(0)
  private let places: [String: Int]

  /// - Parameters:
  ///   - groups: how many groups are pushed after the people.
  ///   - connections: calls in flight at once.
  ///   - rate: calls per second over all connections; nil for as fast as answers come.
  ///   - onOutcome: called for every answered write that changed a person, in that person's order.
  package init(
    company: SimulatedCompany, dialect: any ProviderDialect = OktaDialect(), groups: Int = 0,
    caller: any SCIMCaller, connections: Int, rate: Int? = nil,
    onOutcome: @escaping @Sendable (Outcome) -> Void = { _ in }
  ) {
    self.company = company
    self.dialect = dialect
    self.connections = connections
    self.onOutcome = onOutcome
    self.groups = dialect.groups == nil ? [] : SimulatedGroup.all(of: company, count: groups)
    places = Dictionary(
      company.people.enumerated().map { ($0.element.userName, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    calls = ProviderCalls(caller: caller, tally: tally, pacer: Pacer(rate: rate))
    known = Mutex(Array(repeating: Known(), count: company.people.count))
  }

  /// Everything there is to do; ends early when the server is gone.
  package func run() async {
    let tests = dialect.connectionTest()
    let planned = company.people.indices.reduce(tests.count) { $0 + plannedCalls($1) }
    tally.plan(planned + plannedGroupCalls)
    for test in tests {
      guard (try? await calls.make(test)) != nil else { return }
    }
    for wave in company.waves {
      await spread(wave) { await self.provision($0) }
    }
    await spread(Array(company.people.indices)) { await self.live($0) }
    await pushGroups()
  }

  package var isServerGone: Bool { silence.withLock { $0 >= Self.patience } }

  /// Runs the body for every index, at most `connections` at once.
  func spread(_ indices: [Int], _ body: @escaping @Sendable (Int) async -> Void) async {
    let next = Cursor(end: indices.count)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<min(connections, indices.count) {
        group.addTask {
          while let place = next.take(), !self.isServerGone { await body(indices[place]) }
        }
      }
    }
  }

  func noticingSilence(_ body: () async throws(CallFailed) -> Void) async {
    do {
      try await body()
      silence.withLock { $0 = 0 }
    } catch {
      silence.withLock { $0 = error.status == nil ? $0 + 1 : 0 }
    }
  }
}

// MARK: - People

extension ProviderSimulator {
  private func plannedCalls(_ index: Int) -> Int {
    let fate = company.fate(index)
    return 2 + (fate.isUpdated ? 1 : 0) + fate.patches + (isDeleted(fate) ? 1 : 0)
      + (linksManager(index) ? 1 : 0)
  }

  private func linksManager(_ index: Int) -> Bool {
    dialect.linksManagers && company.people[index].manager != nil
  }

  private func isDeleted(_ fate: SimulatedFate) -> Bool {
    dialect.deletesLeavers && fate.leavesForGood
  }

  private func final(_ index: Int) -> SimulatedPerson {
    company.fate(index).isUpdated ? company.updated(index) : company.people[index]
  }

  private func managerId(of index: Int) -> String? {
    guard let place = company.people[index].manager.flatMap({ places[$0] }) else { return nil }
    return known.withLock { $0[place].id }
  }

  private func provision(_ index: Int) async {
    let person = company.people[index]
    await noticingSilence { () async throws(CallFailed) in
      if let found = try await self.calls.make(self.dialect.finding(person)).first,
        let id = found["id"]?.string
      {
        self.known.withLock { $0[index] = Known(id: id, stored: found, wasThere: true) }
        try await self.adopt(id, found, index)
      } else {
        let managerId = self.managerId(of: index)
        let made = try await self.calls.make(
          self.dialect.creation(of: person, managerId: managerId))
        self.known.withLock {
          $0[index] = Known(id: made.body["id"]?.string, stored: made.body)
        }
        self.report(person, .created, made)
      }
      self.tally.userDone()
    }
  }

  /// A person who is there already is brought to the final profile, and to the final state.
  private func adopt(_ id: String, _ found: JSONObject, _ index: Int) async throws(CallFailed) {
    let fate = company.fate(index)
    let person = final(index)
    tally.plan(-(plannedCalls(index) - 1))
    let wasActive = found["active"]?.bool ?? true
    if !dialect.deactivationWipes || fate.endsActive {
      try await update(id, index, over: found)
    }
    guard wasActive != fate.endsActive else { return }
    tally.plan(1)
    let call = dialect.activation(
      id, fate.endsActive, of: person, managerId: managerId(of: index))
    report(person, fate.endsActive ? .reactivated : .deactivated, try await calls.make(call))
  }

  /// Brings somebody who was there already to their final profile, if that is a change.
  private func update(
    _ id: String, _ index: Int, over found: JSONObject
  ) async throws(CallFailed) {
    let (person, managerId) = (final(index), managerId(of: index))
    if dialect.readsBeforeUpdate {
      tally.plan(1)
      let (stored, result) = try await read(id, thenUpdateTo: person)
      if result.body["meta"] != stored["meta"] { report(person, .updated, result) }
    } else if let call = dialect.update(id, to: person, managerId: managerId, over: found) {
      tally.plan(1)
      let result = try await calls.make(call)
      if result.body.isEmpty || result.body["meta"] != found["meta"] {
        report(person, .updated, result)
      }
    }
  }

  private func read(
    _ id: String, thenUpdateTo person: SimulatedPerson
  ) async throws(CallFailed) -> (stored: JSONObject, result: ProviderCalls.Success) {
    try await calls.make(reading: "/Users/\(id)") { stored in
      dialect.update(id, to: person, managerId: nil, over: stored)
        ?? ProviderCall(.update, "PUT", "/Users/\(id)", body: stored, answers: 200)
    }
  }

  /// What happens to a person after they were created.
  private func live(_ index: Int) async {
    let state = known.withLock { $0[index] }
    guard let id = state.id, !state.wasThere else { return }
    let fate = company.fate(index)
    let person = final(index)
    let managerId = managerId(of: index)
    await noticingSilence { () async throws(CallFailed) in
      try await self.change(id, index, state.stored, managerId)
      if fate.isDeactivated {
        let call = self.dialect.activation(id, false, of: person, managerId: managerId)
        self.report(person, .deactivated, try await self.calls.make(call))
      }
      if fate.isReactivated {
        let call = self.dialect.activation(id, true, of: person, managerId: managerId)
        self.report(person, .reactivated, try await self.calls.make(call))
      }
      if self.isDeleted(fate) {
        let call = ProviderCall(.delete, "DELETE", "/Users/\(id)", answers: 204)
        self.report(person, .deleted, try await self.calls.make(call))
      }
    }
  }

  /// The manager, where that is a call of its own, and then what changes in the profile.
  private func change(
    _ id: String, _ index: Int, _ stored: JSONObject, _ managerId: String?
  ) async throws(CallFailed) {
    let person = final(index)
    var stored = stored
    if linksManager(index) {
      let unchanged = company.people[index]
      if let call = dialect.update(id, to: unchanged, managerId: managerId, over: stored) {
        let linked = try await calls.make(call)
        if !linked.body.isEmpty { stored = linked.body }
        report(unchanged, .updated, linked)
      } else {
        tally.plan(-1)
      }
    }
    guard company.fate(index).isUpdated else { return }
    if dialect.readsBeforeUpdate {
      report(person, .updated, try await read(id, thenUpdateTo: person).result)
    } else if let call = dialect.update(id, to: person, managerId: managerId, over: stored) {
      report(person, .updated, try await calls.make(call))
    } else {
      tally.plan(-1)
    }
  }

  private func report(
    _ person: SimulatedPerson, _ change: Change, _ result: ProviderCalls.Success
  ) {
    onOutcome(
      Outcome(person: person, change: change, answered: result.at, latency: result.latency))
  }
}
