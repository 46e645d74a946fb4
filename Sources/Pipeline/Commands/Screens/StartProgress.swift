import Synchronization
import Transport

/// Shows on a terminal how far a start has come, once it takes longer than a second.
final class StartProgress: Sendable {
  private static let patience = Duration.seconds(1)
  private static let interval = Duration.milliseconds(200)

  private struct State {
    var shown: ContinuousClock.Instant?
    var rows = 0
  }

  private let started = ContinuousClock.now
  private let state = Mutex(State())

  func show(_ progress: StateRestorer.Progress) {
    let now = ContinuousClock.now
    let text: String? = state.withLock { state in
      if progress.rows > 0 { state.rows = progress.rows }
      guard now - started > Self.patience, now - (state.shown ?? started) > Self.interval else {
        return nil
      }
      state.shown = now
      return Self.text(progress, rows: state.rows, elapsed: now - started)
    }
    if let text { Terminal.write("\r\u{1B}[K" + text, to: .error) }
  }

  /// Takes the line away again.
  func finish() {
    if state.withLock({ $0.shown != nil }) { Terminal.write("\r\u{1B}[K", to: .error) }
  }

  /// "reading the spool: snapshot 400,000 lines, log 12,288 of 41,902   3 s".
  static func text(
    _ progress: StateRestorer.Progress, rows: Int, elapsed: Duration
  ) -> String {
    var parts: [String] = []
    if rows > 0 { parts.append("snapshot \(DecimalText.grouped(rows)) lines") }
    if progress.end > 0 {
      parts.append(
        "log \(SpoolText.grouped(progress.line)) of \(SpoolText.grouped(progress.end))")
    }
    return "reading the spool: \(parts.joined(separator: ", "))"
      + "   \(Int(elapsed / .seconds(1))) s"
  }
}
