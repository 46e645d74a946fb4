import Transport

/// One run of the simulator as a person sees it: what it goes into, a bar, the table.
struct SimulationRun: Sendable {
  private static let redraw: Duration = .milliseconds(100)

  private let invocation: Invocation
  private let target: SimulationTarget
  private let simulator: ProviderSimulator
  private let wantsJSON: Bool

  init(
    _ invocation: Invocation, as dialect: any ProviderDialect, target: SimulationTarget
  ) {
    self.invocation = invocation
    self.target = target
    wantsJSON = invocation.flag("json")
    let isCleaning = invocation.flag("clean")
    let company = SimulatedCompany(
      users: isCleaning ? 1 : invocation.count("users") ?? 20,
      seed: UInt64(invocation.count("seed") ?? 1))
    simulator = ProviderSimulator(
      company: company, dialect: dialect, groups: invocation.count("groups") ?? 0,
      caller: target.caller, connections: invocation.count("connections") ?? 4,
      rate: invocation.count("rate"))
  }

  func simulate() async throws(ClientFailure) -> ExitCode {
    try await checkOccupancy()
    if !wantsJSON { Terminal.write(SimulationText.target(target.ownConnection)) }
    let start = ContinuousClock.now
    await withBar { await simulator.run() }
    let elapsed = ContinuousClock.now - start
    let totals = simulator.tally.snapshot
    if wantsJSON {
      Terminal.write(CallTable.json(totals, elapsed: elapsed).pretty() + "\n")
    } else {
      Terminal.write(CallTable.text(totals))
      Terminal.write(
        SimulationText.summary(
          totals, elapsed: elapsed, provider: simulator.dialect.name,
          isOwn: target.ownConnection != nil))
    }
    if simulator.isServerGone { throw ClientFailure("The server stopped answering.", .inputOutput) }
    return totals.failed == 0 ? .success : .failure
  }

  func clean() async throws(ClientFailure) -> ExitCode {
    let start = ContinuousClock.now
    let removed = await withBar { await simulator.clean() }
    let totals = simulator.tally.snapshot
    if wantsJSON {
      Terminal.write(
        CallTable.json(totals, elapsed: ContinuousClock.now - start).pretty() + "\n")
    } else {
      Terminal.write(CallTable.text(totals))
      Terminal.write(SimulationText.removed(groups: removed.groups, users: removed.users))
    }
    return totals.failed == 0 ? .success : .failure
  }

  private func checkOccupancy() async throws(ClientFailure) {
    if invocation.flag("into-live") { return }
    switch await simulator.occupancy() {
    case .empty, .ours: simulator.tally.reset()
    case .live(let count):
      throw ClientFailure(
        "This connection has \(StartScreen.count(count, "employee")), some not simulated."
          + " Go on with --into-live if that is meant.", .usage)
    case .unknown(let reason): throw ClientFailure("The connection does not answer: \(reason)")
    }
  }

  /// Draws the bar beside the work, on a terminal only.
  private func withBar<Result: Sendable>(_ work: () async -> Result) async -> Result {
    guard Terminal.isTerminal(.error), !wantsJSON else { return await work() }
    let start = ContinuousClock.now
    let tally = simulator.tally
    return await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while !Task.isCancelled {
          Terminal.write("\r" + Self.bar(tally.snapshot, since: start), to: .error)
          try? await ContinuousClock().sleep(for: Self.redraw)
        }
      }
      let result = await work()
      group.cancelAll()
      await group.waitForAll()
      Terminal.write("\r" + Self.bar(tally.snapshot, since: start) + "\n", to: .error)
      return result
    }
  }

  private static func bar(
    _ totals: CallTally.Totals, since start: ContinuousClock.Instant
  ) -> String {
    ProgressBar.line(
      done: totals.done, of: totals.planned, failed: totals.failed,
      elapsed: ContinuousClock.now - start
    ).padded(to: 99)
  }
}

/// The sentences around a simulation's table.
package enum SimulationText {
  /// What tells one connection from another; the line stays within 100 columns.
  private static let idWidth = 13

  package static func target(_ ownConnection: String?) -> String {
    ownConnection.map { SpoolText.clipped($0, to: idWidth) }.map {
      "into connection \"Simulator\" (\($0)), made for this; no customer's employees are touched\n"
    } ?? ""
  }

  package static func summary(
    _ totals: CallTally.Totals, elapsed: Duration, provider: String, isOwn: Bool
  ) -> String {
    let seconds = DecimalText.text(elapsed / .seconds(1), 1)
    let groups =
      totals.groupsDone == 0 ? "" : " and \(StartScreen.count(totals.groupsDone, "group"))"
    return "\(StartScreen.count(totals.usersDone, "user"))\(groups) in \(seconds) s."
      + "   Take them away again: simulate \(provider) --clean\(isOwn ? "" : " --base-url …")\n"
  }

  package static func removed(groups: Int, users: Int) -> String {
    let people = StartScreen.count(users, "simulated user")
    if groups == 0 { return people + " taken away.\n" }
    return "\(people) and \(StartScreen.count(groups, "group")) taken away.\n"
  }
}
