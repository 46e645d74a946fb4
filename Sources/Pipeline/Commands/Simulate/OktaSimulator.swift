import Synchronization
import Transport

/// Plays Okta's provisioning of a company against a SCIM server: the same calls in the same order.
///
/// People are created wave by wave, managers first; then each person's updates and deactivations
/// follow. One person's calls never overlap. Run again with the same seed it finds everybody by
/// filter and brings them to the same final state, without a change where there is none.
package final class OktaSimulator: Sendable {
  /// What one answered write did to a person.
  package enum Change: String, Sendable {
    case created
    case updated
    case deactivated
    case reactivated
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
  private struct Known {
    var id: String?
    /// Found by filter, so already brought to the final profile.
    var wasThere = false
  }

  /// Calls in a row without any answer after which the server counts as gone.
  private static let patience = 50

  package let company: SimulatedCompany
  package let tally = CallTally()
  let calls: OktaCalls
  private let connections: Int
  private let onOutcome: @Sendable (Outcome) -> Void
  private let known: Mutex<[Known]>
  private let silence = Mutex(0)

  /// - Parameters:
  ///   - connections: calls in flight at once.
  ///   - rate: calls per second over all connections; nil for as fast as answers come.
  ///   - onOutcome: called for every answered write that changed a person, in that person's order.
  package init(
    company: SimulatedCompany, caller: any SCIMCaller, connections: Int, rate: Int? = nil,
    onOutcome: @escaping @Sendable (Outcome) -> Void = { _ in }
  ) {
    self.company = company
    self.connections = connections
    self.onOutcome = onOutcome
    calls = OktaCalls(caller: caller, tally: tally, pacer: Pacer(rate: rate))
    known = Mutex(Array(repeating: Known(), count: company.people.count))
  }

  /// Everything there is to do; ends early when the server is gone.
  package func run() async {
    tally.plan(1 + company.people.indices.reduce(0) { $0 + plannedCalls($1) })
    guard (try? await calls.probe()) != nil else { return }
    for wave in company.waves {
      await spread(wave) { await self.provision($0) }
    }
    await spread(Array(company.people.indices)) { await self.live($0) }
  }

  package var isServerGone: Bool { silence.withLock { $0 >= Self.patience } }

  private func plannedCalls(_ index: Int) -> Int {
    let fate = company.fate(index)
    return 2 + (fate.isUpdated ? 1 : 0) + fate.patches
  }

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

  private func provision(_ index: Int) async {
    let person = company.people[index]
    await noticingSilence { () async throws(CallFailed) in
      if let id = try await self.calls.find(person.userName) {
        try await self.adopt(id, index)
      } else {
        let made = try await self.calls.create(person)
        self.known.withLock { $0[index].id = made.body["id"]?.string }
        self.report(person, .created, made)
      }
      self.tally.userDone()
    }
  }

  /// A person who is there already: one GET and PUT of the final profile, and PATCH if need be.
  private func adopt(_ id: String, _ index: Int) async throws(CallFailed) {
    let fate = company.fate(index)
    let person = fate.isUpdated ? company.updated(index) : company.people[index]
    known.withLock { $0[index] = Known(id: id, wasThere: true) }
    tally.plan(1 - (plannedCalls(index) - 1))
    let (result, didChange, wasActive) = try await calls.update(id, to: person)
    if didChange { report(person, .updated, result) }
    guard wasActive != fate.endsActive else { return }
    tally.plan(1)
    let patched = try await calls.activate(id, fate.endsActive)
    report(person, fate.endsActive ? .reactivated : .deactivated, patched)
  }

  /// What happens to a person after they were created.
  private func live(_ index: Int) async {
    let state = known.withLock { $0[index] }
    guard let id = state.id, !state.wasThere else { return }
    let fate = company.fate(index)
    let person = fate.isUpdated ? company.updated(index) : company.people[index]
    await noticingSilence { () async throws(CallFailed) in
      if fate.isUpdated {
        self.report(person, .updated, try await self.calls.update(id, to: person).result)
      }
      if fate.isDeactivated {
        self.report(person, .deactivated, try await self.calls.activate(id, false))
      }
      if fate.isReactivated {
        self.report(person, .reactivated, try await self.calls.activate(id, true))
      }
    }
  }

  private func report(_ person: SimulatedPerson, _ change: Change, _ result: OktaCalls.Success) {
    onOutcome(
      Outcome(person: person, change: change, answered: result.at, latency: result.latency))
  }

  private func noticingSilence(_ body: () async throws(CallFailed) -> Void) async {
    do {
      try await body()
      silence.withLock { $0 = 0 }
    } catch {
      silence.withLock { $0 = error.status == nil ? $0 + 1 : 0 }
    }
  }
}
