import CLinux
import Synchronization

/// Names to addresses on threads of its own, since getaddrinfo blocks for as long as it likes.
///
/// Callers who ask for the same name at once share one look-up, so that one name that hangs holds one
/// thread and not all of them. Nothing is cached: every attempt sees the present answer.
package final class Resolver: Sendable {
  package enum Failure: Error, Sendable, Hashable {
    /// The name has no address; the number is getaddrinfo's.
    case noAddress(code: Int32)
    case timedOut
    /// More than `maxLookups` names are being looked up already.
    case busy
  }

  /// Threads, started as needed; the eldest serve first.
  private static let threadCount = 4
  /// Names being looked up at once, waiting ones included.
  private static let maxLookups = 256
  /// Addresses kept per name.
  private static let maxAddresses = 16

  private final class Lookup: Sendable {
    let result = Mutex<Result<[IPAddress], Failure>?>(nil)
    let waiters = Mutex<[Wakeup]>([])
  }

  private struct State {
    var threads: [BlockingThread] = []
    var lookups: [String: Lookup] = [:]
    var turn = 0
  }

  private let state = Mutex(State())

  package init() {}

  deinit { state.withLock { $0.threads.forEach { $0.stop() } } }

  /// - Parameter name: a host name or an address literal; literals do not leave the caller's thread.
  package func addresses(
    of name: String, on loop: EventLoop, by deadline: Deadline
  ) async throws(Failure) -> [IPAddress] {
    if let literal = IPAddress(parsing: name) { return [literal] }
    let wakeup = Wakeup()
    let lookup = try join(name, wakeup)
    switch await wakeup.wait(on: loop, until: deadline) {
    case .fired: break
    case .timedOut, .cancelled: throw .timedOut
    }
    guard let result = lookup.result.withLock({ $0 }) else { throw .timedOut }
    return try result.get()
  }

  private func join(_ name: String, _ wakeup: Wakeup) throws(Failure) -> Lookup {
    let (lookup, thread) = try state.withLock {
      state throws(Failure) -> (Lookup, BlockingThread?) in
      if let running = state.lookups[name] {
        running.waiters.withLock { $0.append(wakeup) }
        return (running, nil)
      }
      guard state.lookups.count < Self.maxLookups else { throw .busy }
      let lookup = Lookup()
      lookup.waiters.withLock { $0.append(wakeup) }
      state.lookups[name] = lookup
      return (lookup, Self.nextThread(&state))
    }
    thread?.submit { [weak self] in
      let result = Self.lookUp(name)
      lookup.result.withLock { $0 = result }
      self?.state.withLock { $0.lookups[name] = nil }
      for waiter in lookup.waiters.withLock({ $0 }) { waiter.fire() }
    }
    return lookup
  }

  private static func nextThread(_ state: inout State) -> BlockingThread {
    if state.threads.count < min(threadCount, state.lookups.count) {
      let thread = BlockingThread(name: "resolver-\(state.threads.count)")
      state.threads.append(thread)
      return thread
    }
    state.turn = (state.turn + 1) % state.threads.count
    return state.threads[state.turn]
  }

  private static func lookUp(_ name: String) -> Result<[IPAddress], Failure> {
    var bytes = [UInt8](repeating: 0, count: 17 * maxAddresses)
    let count = unsafe clinux_resolve(name, &bytes, Int32(maxAddresses))
    guard count > 0 else { return .failure(.noAddress(code: count)) }
    let found = (0..<Int(count)).compactMap { index -> IPAddress? in
      let start = 17 * index + 1
      return IPAddress(bytes: Array(bytes[start..<start + Int(bytes[start - 1])]))
    }
    return .success(found)
  }
}
