import CLinux
import Glibc

/// One non-blocking stream socket on one loop: try the call first, wait only when it would block.
///
/// Loop only, all of it. The loop owns the socket until `close`, which must therefore be called.
/// One task may wait for reading and one for writing at a time.
package final class Socket: @unchecked Sendable {
  /// How a single attempt ended.
  package enum Attempt: Sendable, Equatable {
    case bytes(Int)
    case wouldBlock
    case end
    case failed(Int32)
  }

  package enum Readiness: Sendable { case ready, timedOut, closed }

  /// One direction: whether the next call may succeed, and who waits until it may.
  private final class Side {
    var isReady = true
    var waiter: CheckedContinuation<Readiness, Never>?
    var deadline = Deadline.never

    func finish(_ outcome: Readiness) {
      guard let waiter else { return }
      self.waiter = nil
      waiter.resume(returning: outcome)
    }
  }

  /// Deadlines are rounded up to this, so that hundreds of connections share a wake-up.
  private static let deadlineStep: UInt64 = 32_000_000

  package let loop: EventLoop
  package private(set) var descriptor: Int32
  private let reading = Side()
  private let writing = Side()
  private var hasHungUp = false
  private var armed = Deadline.never
  /// A short read from TCP empties the socket; a local socket may stop between two messages.
  private let shortReadMeansEmpty: Bool
  /// Set by `startTLS`; from then on bytes are read and written through it.
  var tls: TLSStream?
  /// Inside TLS a read may have to wait until the socket takes bytes, and a write until some come.
  private var readAwaitsWritable = false
  private var writeAwaitsReadable = false
  /// Called when something happens while nobody waits: how an idle pooled connection is noticed dead.
  package var whenDisturbed: (() -> Void)?

  /// Takes the descriptor over, also when this fails; nil when epoll refuses it.
  /// - Parameter descriptor: non-blocking.
  package init?(descriptor: Int32, loop: EventLoop, isTCP: Bool) {
    self.descriptor = descriptor
    self.loop = loop
    shortReadMeansEmpty = isTCP
    guard loop.add(self, descriptor: descriptor) else {
      Glibc.close(descriptor)
      self.descriptor = -1
      return nil
    }
  }

  package var isOpen: Bool { descriptor >= 0 }

  /// Idempotent; whoever waits is told `.closed`.
  package func close() {
    guard descriptor >= 0 else { return }
    endTLS()
    loop.remove(descriptor: descriptor)
    Glibc.close(descriptor)
    descriptor = -1
    whenDisturbed = nil
    if armed != .never { loop.timerAbandoned() }
    interrupt()
  }

  /// Closes so that the peer meets a reset where it expected bytes or an end.
  package func reset() {
    if descriptor >= 0 {
      var atOnce = linger(l_onoff: 1, l_linger: 0)
      _ = unsafe setsockopt(
        descriptor, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
    }
    abandonTLS()
    close()
  }

  /// Tells whoever waits `.closed` and leaves the socket open, so that a last answer can be sent.
  package func interrupt() {
    reading.finish(.closed)
    writing.finish(.closed)
  }

  /// Says "no more from us"; the peer's last bytes can still be read.
  package func shutdownWriting() {
    tls?.sayGoodbye()
    if descriptor >= 0 { Glibc.shutdown(descriptor, Int32(SHUT_WR)) }
  }
}

// MARK: - Attempts

extension Socket {
  /// Fills `buffer` from `start` on.
  package func tryRead(into buffer: inout [UInt8], from start: Int) -> Attempt {
    guard descriptor >= 0 else { return .failed(EBADF) }
    guard reading.isReady else { return .wouldBlock }
    if let tls { return read(tls, into: &buffer, from: start) }
    let room = buffer.count - start
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress! + start, room)
      }
      if count > 0 {
        if count < room && shortReadMeansEmpty && !hasHungUp { reading.isReady = false }
        return .bytes(count)
      }
      if count == 0 { return .end }
      if errno == EINTR { continue }
      guard errno == EAGAIN else { return .failed(errno) }
      reading.isReady = false
      return .wouldBlock
    }
  }

  /// Sends what the kernel takes of `first` and `second`, as one stretch, from `start` on.
  package func tryWrite(_ first: [UInt8], _ second: [UInt8] = [], from start: Int) -> Attempt {
    guard descriptor >= 0 else { return .failed(EBADF) }
    if let tls { return write(tls, first, second, from: start) }
    while true {
      let count = rawWrite(first, second, from: start)
      if count >= 0 { return .bytes(count) }
      if errno == EINTR { continue }
      guard errno == EAGAIN else { return .failed(errno) }
      writing.isReady = false
      return .wouldBlock
    }
  }

  private func rawWrite(_ first: [UInt8], _ second: [UInt8], from start: Int) -> Int {
    unsafe first.withUnsafeBytes { head in
      unsafe second.withUnsafeBytes { tail in
        if start >= head.count {
          let done = start - head.count
          return unsafe Glibc.write(descriptor, tail.baseAddress! + done, tail.count - done)
        }
        let from = unsafe head.baseAddress! + start
        if unsafe tail.isEmpty { return unsafe Glibc.write(descriptor, from, head.count - start) }
        return unsafe clinux_write_two(
          descriptor, from, head.count - start, tail.baseAddress, tail.count)
      }
    }
  }
}

// MARK: - Waiting

extension Socket {
  /// Suspends until a read may succeed, or the deadline (at most 32 ms late).
  package func readable(by deadline: Deadline) async -> Readiness {
    await wait(reading, by: deadline)
  }

  package func writable(by deadline: Deadline) async -> Readiness {
    await wait(writing, by: deadline)
  }

  /// Writes everything or throws; never more than the kernel's buffer ahead of the peer.
  package func write(
    _ first: [UInt8], _ second: [UInt8] = [], by deadline: Deadline
  ) async throws(SocketError) {
    var done = 0
    let total = first.count + second.count
    while done < total {
      switch tryWrite(first, second, from: done) {
      case .bytes(let count): done += count
      case .end: throw .closed
      case .failed(let code): throw code == EPIPE || code == EBADF ? .closed : .system(code)
      case .wouldBlock:
        switch await writable(by: deadline) {
        case .ready: break
        case .timedOut: throw .timedOut
        case .closed: throw .closed
        }
      }
    }
  }

  private func wait(_ side: Side, by deadline: Deadline) async -> Readiness {
    precondition(loop.isCurrent, "a socket is awaited on its loop")
    guard descriptor >= 0 else { return .closed }
    if side.isReady { return .ready }
    guard deadline > loop.now else { return .timedOut }
    let due = deadline.rounded(upTo: Self.deadlineStep)
    if due < armed {
      armed = due
      loop.arm(self, at: due)
    }
    return await withCheckedContinuation { continuation in
      precondition(side.waiter == nil, "two tasks wait on one side of a socket")
      side.deadline = due
      side.waiter = continuation
    }
  }

  /// Whoever calls the kernel itself (accept, connect) says here that it would block.
  func forgetReadable() { reading.isReady = false }
  func forgetWritable() { writing.isReady = false }

  /// A read that can only go on once the socket takes bytes.
  func readWaitsForWritable() {
    (reading.isReady, writing.isReady, readAwaitsWritable) = (false, false, true)
  }

  /// A write that can only go on once bytes have come.
  func writeWaitsForReadable() {
    (reading.isReady, writing.isReady, writeAwaitsReadable) = (false, false, true)
  }

  /// Called by the loop with what epoll reported.
  func becameReady(readable: Bool, writable: Bool, hangup: Bool) {
    if hangup { hasHungUp = true }
    let wasAwaited = reading.waiter != nil || writing.waiter != nil
    if readable || (writable && readAwaitsWritable) {
      readAwaitsWritable = false
      reading.isReady = true
      reading.finish(.ready)
    }
    if writable || (readable && writeAwaitsReadable) {
      writeAwaitsReadable = false
      writing.isReady = true
      writing.finish(.ready)
    }
    if !wasAwaited && readable { whenDisturbed?() }
  }
}

extension Socket: TimerTarget {
  var isAbandoned: Bool { descriptor < 0 }

  func timerFired(_ deadline: Deadline, now: Deadline) {
    // A later entry that an earlier one replaced: only the one on record counts.
    guard deadline == armed else { return }
    armed = .never
    var next = Deadline.never
    for side in [reading, writing] where side.waiter != nil {
      if side.deadline <= now {
        side.finish(.timedOut)
      } else {
        next = min(next, side.deadline)
      }
    }
    guard next != .never, descriptor >= 0 else { return }
    armed = next
    loop.arm(self, at: next)
  }
}
