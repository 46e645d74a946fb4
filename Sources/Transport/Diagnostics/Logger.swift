import Synchronization

/// Says what the process does, one line per fact: for people on a terminal, as JSON otherwise.
///
/// Fields carry ids; never the names or addresses of people at `info` and above. A line never
/// throws and never exceeds `lineLimit`.
package struct Logger: Sendable {
  package enum Level: String, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    package static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  package enum Format: String, Sendable, CaseIterable {
    case text, json
  }

  package typealias Fields = KeyValuePairs<String, any CustomStringConvertible>

  /// Bytes of a line with its newline; what a pipe takes in one piece (PIPE_BUF).
  package static let lineLimit = 4096

  private let format: Format
  private let threshold: Threshold
  private let sink: @Sendable ([UInt8]) -> Void

  /// Shared by all copies of a logger.
  private final class Threshold: Sendable {
    let rank: Atomic<Int>
    init(_ level: Level) { rank = Atomic(level.rank) }
  }

  /// - Parameters:
  ///   - format: nil for text on a terminal and JSON otherwise.
  ///   - descriptor: standard error unless told; it is not closed.
  package init(level: Level = .info, format: Format? = nil, descriptor: Int32 = 2) {
    let lines = LineDescriptor(descriptor)
    self.init(level: level, format: format ?? (lines.isTerminal ? .text : .json)) {
      lines.write($0)
    }
  }

  /// - Parameter sink: takes one line with its newline; called on the thread that logs.
  package init(level: Level, format: Format, sink: @escaping @Sendable ([UInt8]) -> Void) {
    self.format = format
    self.threshold = Threshold(level)
    self.sink = sink
  }

  /// Takes everything and shows nothing.
  package static let silent = Logger(level: .error, format: .text) { _ in }

  /// The lowest level that is shown; a change holds for all copies, from the next line on.
  package var level: Level {
    get { Level.allCases[threshold.rank.load(ordering: .relaxed)] }
    nonmutating set { threshold.rank.store(newValue.rank, ordering: .relaxed) }
  }

  package func debug(
    _ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:]
  ) {
    log(.debug, message, fields)
  }

  package func info(
    _ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:]
  ) {
    log(.info, message, fields)
  }

  package func warning(
    _ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:]
  ) {
    log(.warning, message, fields)
  }

  package func error(
    _ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:]
  ) {
    log(.error, message, fields)
  }

  private func log(_ level: Level, _ message: () -> String, _ fields: () -> Fields) {
    guard level.rank >= threshold.rank.load(ordering: .relaxed) else { return }
    let line = LogLine(time: .now, level: level, message: message(), fields: fields())
    sink(format == .text ? line.text : line.json)
  }
}
