import CLinux
import Glibc

/// Wakes a file thread: rings are remembered, so one that comes before the wait is not lost.
package final class FileBell: Sendable {
  private let descriptor: Int32

  package init() {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    precondition(descriptor >= 0, "cannot make an eventfd: error \(errno)")
  }

  deinit { close(descriptor) }

  package func ring() {
    var one: UInt64 = 1
    _ = unsafe write(descriptor, &one, 8)
  }

  /// Returns at the next ring, or at once after one since the last wait, or at the time limit.
  package func wait(atMost limit: Duration?) {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    _ = unsafe Glibc.poll(&poll, 1, limit.map(Self.milliseconds) ?? -1)
    var count: UInt64 = 0
    _ = unsafe read(descriptor, &count, 8)
  }

  /// Rounded up, so that a wait never ends before its time.
  private static func milliseconds(_ duration: Duration) -> Int32 {
    let (seconds, attoseconds) = duration.components
    if seconds < 0 || attoseconds < 0 { return 0 }
    let unit: Int64 = 1_000_000_000_000_000
    return Int32(clamping: seconds * 1000 + (attoseconds + unit - 1) / unit)
  }
}
