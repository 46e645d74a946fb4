import CLinux
import Glibc
import Synchronization

/// One thread that waits for sockets, timers and jobs, and runs the tasks that prefer it.
///
/// A connection's task started with `executorPreference: loop` runs here from its first line to its
/// last, so a request costs no thread switch. Jobs run in batches between two polls; a job must
/// not block. Everything marked "loop only" may be touched from this thread alone.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
  /// Rounds of jobs between two polls, so that a busy task cannot keep sockets waiting.
  private static let roundsPerPoll = 4

  private struct Inbox {
    var jobs: [UnownedJob] = []
    var work: [@Sendable () -> Void] = []
    var isAsleep = false
    var isStopping = false
    var isStopped = false
  }

  package let name: String
  private let epoll: Int32
  private let wakeup: Int32
  private let inbox = Mutex(Inbox())
  private var thread = pthread_t()

  // Loop only.
  private var ready: [UnownedJob] = []
  private var running: [UnownedJob] = []
  private var timers = TimerHeap()
  private var sockets: [Socket?] = []
  private var readiness: [clinux_readiness]
  /// The clock as of the last poll: exact enough for deadlines, and free.
  private(set) var now = Deadline.now

  /// Starts the thread. Fails only when the process is out of descriptors or threads, which at
  /// start-up is fatal.
  /// - Parameter name: shown by `top -H`; the first 15 bytes count.
  package init(name: String) {
    clinux_ignore_broken_pipe()
    self.name = name
    epoll = clinux_epoll_create()
    wakeup = clinux_eventfd()
    readiness = Array(repeating: clinux_readiness(), count: Int(CLINUX_EPOLL_BATCH))
    precondition(epoll >= 0 && wakeup >= 0, "no descriptor left for an event loop")
    precondition(clinux_epoll_add(epoll, wakeup) == 0, "epoll refused its own wake-up")
    let unmanaged = unsafe Unmanaged.passRetained(self)
    let status = unsafe pthread_create(
      &thread, nil,
      { context in
        let loop = unsafe Unmanaged<EventLoop>.fromOpaque(context!).takeRetainedValue()
        loop.run()
        return nil
      }, unsafe unmanaged.toOpaque())
    precondition(status == 0, "no thread left for an event loop")
  }

  /// Ends the thread once the jobs it already has are done. Sockets still open are closed.
  package func stop() {
    inbox.withLock { $0.isStopping = true }
    wake()
  }

  /// Whether the caller runs on this loop's thread.
  package var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isCurrent {
      ready.append(job)
      return
    }
    let mustWake = inbox.withLock { inbox in
      inbox.jobs.append(job)
      defer { inbox.isAsleep = false }
      return inbox.isAsleep
    }
    if mustWake { wake() }
  }

  /// Runs a short closure on the loop's thread, soon and in order; from any thread.
  package func execute(_ work: @escaping @Sendable () -> Void) {
    let mustWake = inbox.withLock { inbox in
      inbox.work.append(work)
      defer { inbox.isAsleep = false }
      return inbox.isAsleep
    }
    if mustWake { wake() }
  }

  /// At once when already on the loop's thread, else as `execute`.
  func executeSoonest(_ work: @escaping @Sendable () -> Void) {
    if isCurrent { work() } else { execute(work) }
  }

  private func wake() {
    inbox.withLock { inbox in
      guard !inbox.isStopped else { return }
      var one: UInt64 = 1
      _ = unsafe Glibc.write(wakeup, &one, 8)
    }
  }
}

// MARK: - Loop only

extension EventLoop {
  /// Adds a socket; it is kept until `remove`.
  func add(_ socket: Socket, descriptor: Int32) -> Bool {
    precondition(isCurrent, "a socket joins its loop on the loop's thread")
    guard clinux_epoll_add(epoll, descriptor) == 0 else { return false }
    let index = Int(descriptor)
    while sockets.count <= index { sockets.append(nil) }
    sockets[index] = socket
    return true
  }

  func remove(descriptor: Int32) { sockets[Int(descriptor)] = nil }

  func arm(_ target: any TimerTarget, at deadline: Deadline) {
    timers.insert(target, at: deadline)
  }

  func timerAbandoned() { timers.noteAbandoned() }

  private func run() {
    unsafe clinux_name_thread(name)
    while turn() {}
    for socket in sockets { socket?.close() }
    inbox.withLock { inbox in
      inbox.isStopped = true
      Glibc.close(wakeup)
    }
    Glibc.close(epoll)
  }

  /// Poll, then sockets, timers, closures and jobs. False when it is time to end.
  private func turn() -> Bool {
    let count = poll()
    let (work, mayEnd) = inbox.withLock { inbox in
      inbox.isAsleep = false
      if !inbox.jobs.isEmpty {
        ready.append(contentsOf: inbox.jobs)
        inbox.jobs.removeAll(keepingCapacity: true)
      }
      let work = inbox.work
      if !work.isEmpty { inbox.work.removeAll(keepingCapacity: true) }
      return (work, inbox.isStopping)
    }
    for index in 0..<count { dispatch(readiness[index]) }
    while let entry = timers.popDue(now) {
      entry.target.timerFired(entry.deadline, now: now)
    }
    for item in work { item() }
    runJobs()
    return !(mayEnd && ready.isEmpty && work.isEmpty)
  }

  private func poll() -> Int {
    let sleeps =
      ready.isEmpty
      && inbox.withLock { inbox in
        inbox.isAsleep = inbox.jobs.isEmpty && inbox.work.isEmpty && !inbox.isStopping
        return inbox.isAsleep
      }
    let timeout = sleeps ? untilNextTimer() : 0
    let count = unsafe readiness.withUnsafeMutableBufferPointer {
      unsafe clinux_epoll_wait(epoll, $0.baseAddress, timeout)
    }
    now = .now
    return max(0, Int(count))
  }

  /// Milliseconds, rounded up; -1 when nothing is due ever, so that an idle loop never ticks.
  private func untilNextTimer() -> Int32 {
    let next = timers.next
    guard next != .never else { return -1 }
    let now = Deadline.now
    guard next > now else { return 0 }
    return Int32(clamping: (next.nanoseconds - now.nanoseconds + 999_999) / 1_000_000)
  }

  private func dispatch(_ event: clinux_readiness) {
    if event.descriptor == wakeup {
      var value: UInt64 = 0
      _ = unsafe Glibc.read(wakeup, &value, 8)
      return
    }
    sockets[Int(event.descriptor)]?.becameReady(
      readable: event.readable != 0, writable: event.writable != 0, hangup: event.hangup != 0)
  }

  private func runJobs() {
    let executor = unsafe asUnownedTaskExecutor()
    for _ in 0..<Self.roundsPerPoll {
      if ready.isEmpty { return }
      swap(&ready, &running)
      for job in running { unsafe job.runSynchronously(on: executor) }
      running.removeAll(keepingCapacity: true)
    }
  }
}
