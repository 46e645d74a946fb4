import TestSupport
import Transport

@testable import Pipeline

/// A command of the program that goes on until a test has seen enough of it. Ends with the test.
final class RunningProgram: Sendable {
  private let directory = TemporaryDirectory()
  private let child: ChildProcess

  /// - Parameter environment: variables beside those every child inherits.
  init(_ words: [String], environment: [String: String] = [:]) throws {
    child = try ChildProcess(
      program: TestServer.program, words: words,
      environment: TestServer.environment.merging(environment) { $1 },
      output: directory.file("output"))
  }

  deinit { if child.poll() == nil { child.send(signal: 9) } }

  var text: String { String(decoding: directory.read("output") ?? [], as: UTF8.self) }
  var lines: [Substring] { text.split(separator: "\n") }

  /// Waits until it has printed this.
  func printed(_ part: String) async -> Bool { await eventually { self.text.contains(part) } }

  /// As Ctrl-C does.
  func interrupt() { child.send(signal: 2) }

  func ended(within limit: Duration = .seconds(30)) async -> ChildProcess.Ending? {
    let ending = await child.ending(within: limit)
    if ending == nil { await child.stop(within: .zero) }
    return ending
  }
}
