import Glibc
import Synchronization

/// A file descriptor that takes whole lines from many threads without mixing them.
///
/// A reader that is slower than we are makes the caller wait, as any write to a pipe does; a
/// broken one makes lines vanish: there is nowhere left to say so.
final class LineDescriptor: Sendable {
  let descriptor: Int32
  private let turn = Mutex(())

  /// - Parameter descriptor: stays the caller's; it is never closed here.
  init(_ descriptor: Int32) { self.descriptor = descriptor }

  var isTerminal: Bool { isatty(descriptor) == 1 }

  func write(_ line: [UInt8]) { _ = writeAll(line) }

  /// - Throws: when it could not take all of them, such as `/dev/full`.
  func writeWhole(_ bytes: [UInt8]) throws(FileError) {
    let code = writeAll(bytes)
    if code != 0 { throw FileError("write", "standard output", code: code) }
  }

  /// - Returns: 0, or why not all was taken.
  private func writeAll(_ line: [UInt8]) -> Int32 {
    turn.withLock { _ in
      var start = 0
      while start < line.count {
        let count = unsafe line[start...].withUnsafeBytes {
          unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return count < 0 ? errno : EIO }
        start += count
      }
      return 0
    }
  }
}
