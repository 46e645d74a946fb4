import Transport

/// `backup --follow`: round after round until a signal, which is answered by one last round.
struct BackupFollow: Sendable {
  /// Rounds in a row that may find files gone, as while a server starts.
  private static let patience = 10

  let every: Duration
  let isJSON: Bool
  private let isTerminal = Terminal.isTerminal()

  init(every: Duration, isJSON: Bool) {
    self.every = every
    self.isJSON = isJSON
  }

  func run(from source: String, to target: String) async throws(BackupError) -> ExitCode {
    let follower = try SpoolFollower(from: source, to: target, hops: SpoolHops.descriptions)
    let signals = Signals.stream([.terminate, .interrupt, .hangUp])
    if !isJSON { Terminal.write("following \(source) into \(target); a signal ends it\n") }
    let result = await withTaskGroup(of: Result<SpoolFollower.Round?, BackupError>.self) { group in
      group.addTask {
        for await _ in signals { break }
        return .success(nil)
      }
      group.addTask { await rounds(of: follower) }
      let first = await group.next() ?? .success(nil)
      group.cancelAll()
      if case .success(nil) = first, let last = await group.next() { return last }
      return first
    }
    withExtendedLifetime(signals) {}
    let last = try result.get()
    if isTerminal && !isJSON { Terminal.write("\n") }
    if let last, !isJSON {
      Terminal.write("ended with line \(SpoolText.grouped(last.through)) of 3-committed\n")
    }
    return .success
  }

  /// Until the task is cancelled, and once more then.
  private func rounds(
    of follower: SpoolFollower
  ) async -> Result<SpoolFollower.Round?, BackupError> {
    var follower = follower
    var failures = 0
    while true {
      let isLast = Task.isCancelled
      do throws(BackupError) {
        let round = try follower.round()
        failures = 0
        show(round)
        if isLast { return .success(round) }
      } catch {
        failures += 1
        if isLast || failures > Self.patience || !Self.mayPass(error) { return .failure(error) }
      }
      try? await Task.sleep(for: every)
    }
  }

  private static func mayPass(_ error: BackupError) -> Bool {
    switch error {
    case .restless: true
    case .spool(.file(let error)): error.code == 2
    default: false
    }
  }

  private func show(_ round: SpoolFollower.Round) {
    let now = Timestamp.now
    if isJSON {
      let value: JSONValue = [
        "time": .init(now.description), "through": .init(Int(clamping: round.through)),
        "lines": .init(Int(clamping: round.lines)), "lag": .init(Int(clamping: round.lag)),
        "bytes": .init(Int(clamping: round.bytes)), "removed": .init(round.removed),
      ]
      return Terminal.write(value.text + "\n")
    }
    guard isTerminal else { return }
    Terminal.write(
      "\r\u{1B}[K\(SpoolText.time(now))  3-committed through \(SpoolText.grouped(round.through))"
        + "  +\(SpoolText.grouped(round.lines)), \(ByteSize.rounded(Int(clamping: round.bytes)))"
        + "  lag \(SpoolText.count(Int(clamping: round.lag), "line"))")
  }
}
