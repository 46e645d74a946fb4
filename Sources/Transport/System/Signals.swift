import CLinux
import Glibc
import Synchronization

/// Signals as a stream, so that nothing but one write happens inside a handler.
package enum Signals {
  package enum Signal: Int32, Sendable, CaseIterable {
    case hangUp = 1
    case interrupt = 2
    case terminate = 15
  }

  /// Signals remembered while nobody listens; more of them mean nothing new.
  private static let remembered = 8

  /// From now on these signals arrive here instead of ending the process. Once per process; when the
  /// stream ends or is dropped they have their default effect again, or, for a process that then ends,
  /// none: its last steps must not be cut off by a signal that came twice. A hang-up that is ignored
  /// already stays so, that is what `nohup` is for, unless it means something else to the caller.
  package static func stream(
    _ signals: [Signal] = Signal.allCases, evenIgnored: Bool = false, endsProcess: Bool = false
  ) -> AsyncStream<Signal> {
    let signals = signals.filter {
      evenIgnored || $0 != .hangUp || clinux_signal_is_ignored($0.rawValue) == 0
    }
    var ends: [Int32] = [-1, -1]
    unsafe precondition(pipe2(&ends, O_CLOEXEC) == 0, "no descriptor left for signals")
    let (readEnd, writeEnd) = (ends[0], ends[1])
    let thread = BlockingThread(name: "signals")
    let (stream, continuation) = AsyncStream.makeStream(
      of: Signal.self, bufferingPolicy: .bufferingOldest(remembered))
    for signal in signals {
      _ = clinux_signal_forward(signal.rawValue, writeEnd)
    }
    thread.submit {
      forward(from: readEnd, to: continuation)
      Glibc.close(readEnd)
    }
    continuation.onTermination = { _ in
      for signal in signals {
        let number = signal.rawValue
        _ = endsProcess ? clinux_signal_ignore(number) : clinux_signal_default(number)
      }
      var end: UInt8 = 0
      _ = unsafe Glibc.write(writeEnd, &end, 1)
      thread.stop()
    }
    return stream
  }

  private static func forward(
    from descriptor: Int32, to continuation: AsyncStream<Signal>.Continuation
  ) {
    while true {
      var byte: UInt8 = 0
      let count = unsafe Glibc.read(descriptor, &byte, 1)
      if count < 0 && errno == EINTR { continue }
      guard count == 1, byte != 0 else { return }
      if let signal = Signal(rawValue: Int32(byte)) { continuation.yield(signal) }
    }
  }
}
