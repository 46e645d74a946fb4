import CLinux
import Glibc
import Synchronization

/// An open regular file that knows its path; closed when the last reference goes.
///
/// Calls block: they belong on a dedicated thread. Nothing here retries a failed sync.
package final class File: Sendable {
  package enum Mode: Sendable {
    case reading
    /// Appends to a file that is there.
    case appending
    /// Makes an empty file (0600) in place of any other of that name.
    case creating
    /// Makes the file (0600) when it is not there; for reading and writing.
    case sharing
  }

  package let path: String
  package let descriptor: Int32
  private let isLocked = Atomic<Bool>(false)

  package init(_ path: String, _ mode: Mode) throws(FileError) {
    let flags =
      switch mode {
      case .reading: O_RDONLY
      case .appending: O_WRONLY | O_APPEND
      case .creating: O_WRONLY | O_CREAT | O_TRUNC
      case .sharing: O_RDWR | O_CREAT
      }
    let descriptor = unsafe open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError("open", path) }
    self.path = path
    self.descriptor = descriptor
  }

  /// Standard output as a file to write to.
  package init(standardOutput: Void) throws(FileError) {
    path = "standard output"
    descriptor = fcntl(1, F_DUPFD_CLOEXEC, 3)
    guard descriptor >= 0 else { throw FileError("dup", path) }
  }

  /// The lock goes first: a child between fork and exec still holds the open file for a moment.
  deinit {
    if isLocked.load(ordering: .relaxed) { flock(descriptor, LOCK_UN) }
    close(descriptor)
  }

  /// Bytes in the file now.
  package func size() throws(FileError) -> UInt64 {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileError("fstat", path) }
    return UInt64(status.st_size)
  }

  /// Tells this file from another that has or had the same path.
  package func inode() throws(FileError) -> UInt64 {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileError("fstat", path) }
    return UInt64(status.st_ino)
  }

  /// Writes all of it, however often the system takes only a part.
  package func write(_ bytes: [UInt8]) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { raw in
        unsafe Glibc.write(descriptor, raw.baseAddress.unsafelyUnwrapped + done, raw.count - done)
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw FileError("write", path) }
      done += written
    }
  }

  /// Fills a part of the buffer from an offset in the file.
  /// - Returns: how many bytes were there, fewer than asked for only at the end of the file.
  package func read(
    at offset: UInt64, into buffer: inout [UInt8], from start: Int, count: Int
  ) throws(FileError) -> Int {
    precondition(start >= 0 && count >= 0 && start + count <= buffer.count)
    var done = 0
    while done < count {
      let got = unsafe buffer.withUnsafeMutableBytes { raw in
        unsafe pread(
          descriptor, raw.baseAddress.unsafelyUnwrapped + start + done, count - done,
          off_t(offset) + done)
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw FileError("read", path) }
      if got == 0 { break }
      done += got
    }
    return done
  }

  /// Exactly these bytes if the system has them in memory; nil when the disk would have to be waited
  /// for, when the file system cannot tell, or when the file ends before.
  package func readCached(at offset: UInt64, count: Int) -> [UInt8]? {
    if count == 0 { return [] }
    var isWhole = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let got = unsafe clinux_read_cached(descriptor, buffer.baseAddress, count, off_t(offset))
      isWhole = got == count
      filled = isWhole ? count : 0
    }
    return isWhole ? bytes : nil
  }

  /// Up to `count` bytes from an offset.
  package func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    let got = try read(at: offset, into: &buffer, from: 0, count: count)
    buffer.removeLast(count - got)
    return buffer
  }

  /// Appends a range of this file to another, or as much of it as there is.
  package func copy(_ range: Range<UInt64>, to target: File) throws(FileError) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let bytes = try read(at: offset, count: Int(min(1 << 20, range.upperBound - offset)))
      if bytes.isEmpty { break }
      try target.write(bytes)
      offset += UInt64(bytes.count)
    }
  }

  /// Makes the contents, and the size needed to read them back, durable.
  package func syncData() throws(FileError) {
    guard fdatasync(descriptor) == 0 else { throw FileError("fdatasync", path) }
  }

  /// Makes contents and all attributes durable.
  package func sync() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError("fsync", path) }
  }

  package func truncate() throws(FileError) {
    guard ftruncate(descriptor, 0) == 0 else { throw FileError("ftruncate", path) }
  }

  /// Takes the exclusive lock of this file for as long as it is open; false when another has it.
  package func tryLock() throws(FileError) -> Bool {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EWOULDBLOCK { return false }
      if errno != EINTR { throw FileError("flock", path) }
    }
    isLocked.store(true, ordering: .relaxed)
    return true
  }
}
