import CLinux
import Glibc

/// What is done to files by name: private directories, atomic replacement, free space.
///
/// Calls block: they belong on a dedicated thread.
package enum FileSystem {
  package struct Status: Sendable {
    package let isDirectory: Bool
    /// The permission bits.
    package let mode: UInt32
    package let owner: UInt32
    package let size: UInt64
    package let inode: UInt64
    package let modified: Timestamp
  }

  package struct Space: Sendable {
    /// Bytes an unprivileged process may still use.
    package let free: UInt64
    package let total: UInt64

    package init(free: UInt64, total: UInt64) {
      self.free = free
      self.total = total
    }
  }

  /// nil when nothing of that name exists.
  package static func status(_ path: String) throws(FileError) -> Status? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw FileError("stat", path)
    }
    let modified = Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
    return Status(
      isDirectory: status.st_mode & S_IFMT == S_IFDIR, mode: status.st_mode & 0o7777,
      owner: status.st_uid, size: UInt64(status.st_size), inode: UInt64(status.st_ino),
      modified: Timestamp(milliseconds: modified))
  }

  /// The user on whose behalf files are opened.
  package static var user: UInt32 { geteuid() }

  /// Makes a directory of mode 0700; false when something of that name exists.
  @discardableResult
  package static func makeDirectory(_ path: String) throws(FileError) -> Bool {
    if unsafe mkdir(path, 0o700) == 0 { return true }
    guard errno == EEXIST else { throw FileError("mkdir", path) }
    return false
  }

  package static func setMode(_ mode: UInt32, of path: String) throws(FileError) {
    guard unsafe chmod(path, mode) == 0 else { throw FileError("chmod", path) }
  }

  /// Says of a file when it was written last.
  package static func setModified(_ time: Timestamp, of path: String) throws(FileError) {
    let moment = timespec(
      tv_sec: Int(time.seconds), tv_nsec: Int(time.milliseconds % 1000) * 1_000_000)
    let times = [moment, moment]
    guard unsafe utimensat(AT_FDCWD, path, times, 0) == 0 else {
      throw FileError("utimensat", path)
    }
  }

  package static func rename(_ from: String, to: String) throws(FileError) {
    guard unsafe Glibc.rename(from, to) == 0 else { throw FileError("rename", from) }
  }

  /// Removes a file; false when it was not there.
  @discardableResult
  package static func remove(_ path: String) throws(FileError) -> Bool {
    if unsafe unlink(path) == 0 { return true }
    guard errno == ENOENT else { throw FileError("unlink", path) }
    return false
  }

  /// Makes names made, changed or removed in this directory durable.
  package static func syncDirectory(_ path: String) throws(FileError) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError("fsync", path) }
  }

  /// Names in a directory in byte order, without `.` and `..`.
  package static func list(_ path: String) throws(FileError) -> [String] {
    guard let directory = unsafe opendir(path) else { throw FileError("opendir", path) }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The whole of a small file.
  package static func contents(of path: String) throws(FileError) -> [UInt8] {
    let file = try File(path, .reading)
    return try file.read(at: 0, count: Int(file.size()))
  }

  /// Puts contents under a name so that a crash leaves either the old or the new, never a mixture.
  /// - Parameter syncsName: whether the new name, too, must survive a power cut before returning.
  package static func replace(
    _ path: String, with bytes: [UInt8], syncsName: Bool = true
  ) throws(FileError) {
    let temporary = path + ".tmp"
    let file = try File(temporary, .creating)
    try file.write(bytes)
    try file.sync()
    try rename(temporary, to: path)
    if syncsName { try syncDirectory(parent(of: path)) }
  }

  package static func space(at path: String) throws(FileError) -> Space {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { throw FileError("statvfs", path) }
    let unit = UInt64(status.f_frsize)
    return Space(free: UInt64(status.f_bavail) * unit, total: UInt64(status.f_blocks) * unit)
  }

  /// The path from the root, links followed; it must exist.
  package static func realPath(_ path: String) throws(FileError) -> String {
    guard let real = unsafe realpath(path, nil) else { throw FileError("realpath", path) }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  /// The directory a path stands in.
  package static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
