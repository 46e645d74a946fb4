import CLinux
import Synchronization

/// Names to addresses on threads of its own, since getaddrinfo blocks for as long as it likes.
///
/// Callers who ask for the same name at once share one look-up. A name that kept a thread for long
/// may only use a few threads from then on, so that names nobody answers for, however many, leave
/// threads for all others. Nothing is cached: every attempt sees the present answer.
package final class Resolver: Sendable {
  package enum Failure: Error, Sendable, Hashable {
    /// The name has no address; the number is getaddrinfo's.
    case noAddress(code: Int32)
    case timedOut
    /// More than `maxLookups` names are being looked up already.
    case busy
  }

  package typealias Answer = Result<[IPAddress], Failure>

  /// Threads at most, started as needed: for names of which nothing bad is known, and for slow ones.
  private static let (quickThreads, slowThreads) = (64, 4)
  /// Slow names remembered.
  private static let maxSlowNames = 4096
  /// Names being looked up at once, waiting ones included, in each lane.
  private static let maxLookups = 256
  /// Addresses kept per name.
  private static let maxAddresses = 16

  private final class Lookup: Sendable {
    let result = Mutex<Answer?>(nil)
    let waiters = Mutex<[Wakeup]>([])
  }

  /// Threads, and the names that wait for one, first come first served.
  private struct Lane {
    var idle: [BlockingThread] = []
    var threads: [BlockingThread] = []
    var waiting = RingBuffer<String>()
    /// Names being looked up, waiting ones included.
    var count = 0
    let title: String
    let limit: Int
  }

  private struct State {
    var quick = Lane(title: "resolver", limit: Resolver.quickThreads)
    var slow = Lane(title: "slow-names", limit: Resolver.slowThreads)
    var slowNames: Set<String> = []
    var lookups: [String: Lookup] = [:]
  }

  private let state = Mutex(State())
  private let patience: Duration
  private let lookUp: @Sendable (_ name: String) -> Answer

  /// - Parameters:
  ///   - patience: a look-up that takes longer makes its name a slow one, until one does not.
  ///   - lookUp: blocks; the system's unless a test scripts it.
  package init(
    patience: Duration = .seconds(1),
    lookUp: @escaping @Sendable (_ name: String) -> Answer = Resolver.system
  ) {
    self.patience = patience
    self.lookUp = lookUp
  }

  deinit {
    state.withLock { state in (state.quick.threads + state.slow.threads).forEach { $0.stop() } }
  }

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
    let (lookup, thread, isSlow) = try state.withLock {
      state throws(Failure) -> (Lookup, BlockingThread?, Bool) in
      if let running = state.lookups[name] {
        running.waiters.withLock { $0.append(wakeup) }
        return (running, nil, false)
      }
      let isSlow = state.slowNames.contains(name)
      let lane = isSlow ? \State.slow : \State.quick
      guard state[keyPath: lane].count < Self.maxLookups else { throw .busy }
      let lookup = Lookup()
      lookup.waiters.withLock { $0.append(wakeup) }
      state.lookups[name] = lookup
      let thread = Self.take(&state[keyPath: lane], for: name)
      return (lookup, thread, isSlow)
    }
    if let thread { work(on: thread, from: name, isSlow: isSlow) }
    return lookup
  }

  /// - Returns: nil when the name must wait.
  private static func take(_ lane: inout Lane, for name: String) -> BlockingThread? {
    lane.count += 1
    if let thread = lane.idle.popLast() { return thread }
    if lane.threads.count < lane.limit {
      let thread = BlockingThread(name: "\(lane.title)-\(lane.threads.count)")
      lane.threads.append(thread)
      return thread
    }
    lane.waiting.append(name)
    return nil
  }

  /// Looks names up until none waits.
  private func work(on thread: BlockingThread, from name: String, isSlow: Bool) {
    let lookUp = lookUp
    thread.submit { [weak self] in
      var next: String? = name
      while let name = next {
        let started = Deadline.now
        let answer = lookUp(name)
        let took = Deadline.now.duration(since: started)
        guard let self else { return }
        next = self.finish(name, answer, took: took, thread, isSlow: isSlow)
      }
    }
  }

  /// - Returns: the next name for the thread.
  private func finish(
    _ name: String, _ answer: Answer, took: Duration, _ thread: BlockingThread, isSlow: Bool
  ) -> String? {
    let (lookup, next) = state.withLock { state in
      if took < patience {
        state.slowNames.remove(name)
      } else if state.slowNames.count < Self.maxSlowNames {
        state.slowNames.insert(name)
      }
      let lane = isSlow ? \State.slow : \State.quick
      state[keyPath: lane].count -= 1
      let next = state[keyPath: lane].waiting.popFirst()
      if next == nil { state[keyPath: lane].idle.append(thread) }
      return (state.lookups.removeValue(forKey: name), next)
    }
    lookup?.result.withLock { $0 = answer }
    for waiter in lookup?.waiters.withLock({ $0 }) ?? [] { waiter.fire() }
    return next
  }

  /// What the machine's resolver says. Blocks.
  package static func system(_ name: String) -> Answer {
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
