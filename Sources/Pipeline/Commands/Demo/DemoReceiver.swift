import Synchronization
import Transport

/// The application's side of a demo: takes webhooks as any receiver would and enters them.
final class DemoReceiver: Sendable {
  /// Events printed as they arrive, when not all are.
  private static let shown = 3

  private struct State {
    /// Nil until the webhook exists, whose secret it needs.
    var book: DemoBook?
    var printed = 0
    var last: DemoBook.Match?
    var newest = ContinuousClock.now
  }

  private let state = Mutex(State())
  private let showsAll: Bool

  init(showsAll: Bool) { self.showsAll = showsAll }

  func open(_ book: DemoBook) { state.withLock { $0.book = book } }

  func receive(_ request: HTTPRequest) -> HTTPResponse {
    let now = ContinuousClock.now
    enter { $0.receive(request, at: now) }
    return HTTPResponse(status: 204)
  }

  func expect(_ outcome: ProviderSimulator.Outcome) { enter { $0.expect(outcome) } }

  private func enter(_ body: (inout DemoBook) -> [DemoBook.Match]) {
    let lines = state.withLock { state -> [String] in
      guard state.book != nil else { return [] }
      let matches = body(&state.book!)
      state.newest = .now
      state.last = matches.last ?? state.last
      let room = showsAll ? matches.count : max(0, Self.shown - state.printed)
      let lines = matches.prefix(room).map(DemoScreen.event)
      state.printed += lines.count
      return lines
    }
    if !lines.isEmpty { Terminal.write(lines.joined()) }
  }

  /// The book once everything expected has come, or nothing has for that long.
  func complete(quiet: Duration) async -> DemoBook? {
    while true {
      let (isDone, newest) = state.withLock { ($0.book?.isComplete ?? true, $0.newest) }
      if isDone || ContinuousClock.now - newest > quiet { break }
      try? await ContinuousClock().sleep(for: .milliseconds(20))
    }
    return state.withLock { $0.book }
  }

  /// What stands between the first events and the table.
  var ending: String {
    state.withLock { state in
      guard !showsAll, let last = state.last else { return "" }
      return DemoScreen.more + DemoScreen.event(last)
    }
  }
}
