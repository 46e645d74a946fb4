import Synchronization

/// Runs jobs side by side on threads of its own and hands their results on in order, so that a start
/// uses all processors although what it builds is built by one.
package enum OrderedWork {
  private enum Outcome<Result: Sendable>: Sendable {
    case done(Result)
    case failed(any Error)
  }

  private struct State<Result: Sendable> {
    var next = 0
    var taken = 0
    var isOver = false
    var results: [Int: Outcome<Result>] = [:]
  }

  /// Results that may wait to be taken, beyond one a thread.
  private static let ahead = 2

  /// Blocks until all jobs are done or one has failed.
  /// - Parameters:
  ///   - jobs: how many; `work` gets their numbers.
  ///   - take: called on the caller's thread, in the order of the jobs.
  package static func run<Result: Sendable>(
    jobs: Int, threads count: Int, _ work: @escaping @Sendable (Int) throws -> Result,
    take: (Result) throws -> Void
  ) throws {
    let state = Mutex(State<Result>())
    let shared = Shared(state: state, bells: (0..<count).map { _ in FileBell() })
    let limit = count + ahead
    let threads = shared.bells.map { bell in
      FileThread { shared.work(jobs: jobs, limit: limit, bell, work) }
    }
    defer {
      shared.finish()
      for thread in threads { thread.join() }
    }
    for number in 0..<jobs {
      switch shared.result(number) {
      case .done(let result): try take(result)
      case .failed(let error): throw error
      }
    }
  }

  private final class Shared<Result: Sendable>: Sendable {
    let bells: [FileBell]
    private let state: Mutex<State<Result>>
    private let taker = FileBell()

    init(state: consuming Mutex<State<Result>>, bells: [FileBell]) {
      self.state = state
      self.bells = bells
    }

    func work(jobs: Int, limit: Int, _ bell: FileBell, _ body: (Int) throws -> Result) {
      while true {
        let number = state.withLock { state -> Int? in
          if state.isOver || state.next == jobs { return -1 }
          guard state.next < state.taken + limit else { return nil }
          state.next += 1
          return state.next - 1
        }
        guard let number else {
          bell.wait(atMost: nil)
          continue
        }
        if number < 0 { return }
        let outcome: Outcome<Result>
        do { outcome = .done(try body(number)) } catch { outcome = .failed(error) }
        state.withLock { $0.results[number] = outcome }
        taker.ring()
      }
    }

    func result(_ number: Int) -> Outcome<Result> {
      while true {
        let found = state.withLock { state in
          let found = state.results.removeValue(forKey: number)
          if found != nil { state.taken += 1 }
          return found
        }
        if let found {
          for bell in bells { bell.ring() }
          return found
        }
        taker.wait(atMost: nil)
      }
    }

    func finish() {
      state.withLock { $0.isOver = true }
      for bell in bells { bell.ring() }
    }
  }
}
