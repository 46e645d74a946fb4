import Transport

/// For commands that go on until they are done or somebody presses Ctrl-C.
enum UntilSignal {
  /// A signal cancels the body, whose result counts either way. Once per process.
  static func run<Outcome: Sendable>(
    _ body: @escaping @Sendable () async -> Outcome
  ) async -> Outcome {
    let signals = Signals.stream([.terminate, .interrupt, .hangUp])
    let outcome = await withTaskGroup(of: Outcome?.self) { group in
      group.addTask {
        for await _ in signals { break }
        return nil
      }
      group.addTask { await body() }
      var outcome: Outcome?
      while outcome == nil, let ended = await group.next() {
        group.cancelAll()
        outcome = ended
      }
      return outcome
    }
    withExtendedLifetime(signals) {}
    guard let outcome else { preconditionFailure("the body of two tasks had no outcome") }
    return outcome
  }
}
