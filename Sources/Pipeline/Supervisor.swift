import Actors
import Transport

/// Runs the stages side by side. None is ever started again: a stage that ends before it is asked
/// to takes the process with it, with a reason and an exit code, and recovery decides what was.
struct Supervisor: Sendable {
  /// Why the process must end.
  struct Failure: Error, Sendable, CustomStringConvertible {
    let stage: String
    let reason: String
    let code: ExitCode

    var description: String { "\(stage): \(reason)" }
  }

  private let stages: [any Stage]
  private let isStopping: @Sendable () -> Bool

  /// - Parameter isStopping: whether a stage may end by now.
  init(stages: [any Stage], isStopping: @escaping @Sendable () -> Bool) {
    self.stages = stages
    self.isStopping = isStopping
  }

  /// Returns when every stage has ended after a stop.
  ///
  /// - Throws: as soon as one of them ends before.
  @concurrent func run() async throws {
    try await withThrowingTaskGroup(of: StageName.self) { group in
      for stage in stages {
        group.addTask {
          do {
            try await stage.run()
          } catch {
            throw Failure(stage: stage.name.rawValue, reason: "\(error)", code: .inputOutput)
          }
          return stage.name
        }
      }
      for try await name in group where !isStopping() {
        throw Failure(
          stage: name.rawValue, reason: "ended although nobody stopped it", code: .failure)
      }
    }
  }
}
