import Glibc

/// Lets one process at a time write to a spool, and tells everybody else who that is.
package struct SpoolLock: Sendable {
  static let name = "LOCK"
  let file: File

  /// What the holder says of itself.
  struct Holder: Sendable, Hashable {
    var pid: Int?
    var since: String?
  }

  /// Takes the lock until the file is closed, which the end of the process does, too.
  package static func take(in directory: String) throws(SpoolError) -> SpoolLock {
    let path = directory + "/" + name
    let file = try SpoolError.files { () throws(FileError) in try File(path, .sharing) }
    guard try SpoolError.files({ () throws(FileError) in try file.tryLock() }) else {
      let holder = holder(in: directory)
      throw .locked(directory: directory, pid: holder?.pid, since: holder?.since)
    }
    return SpoolLock(file: file)
  }

  /// Writes who holds the lock into the file.
  func describe(instance: String, epoch: Int, format: Int) throws(FileError) {
    let object: JSONValue = [
      "format": .init(format), "pid": .init(Int(getpid())),
      "since": .init(Timestamp.now.description), "instance": .init(instance),
      "epoch": .init(epoch),
    ]
    try file.truncate()
    try file.write(object.bytes + [UInt8(ascii: "\n")])
  }

  /// What the file says; it outlives the holder, so it proves nothing.
  static func holder(in directory: String) -> Holder? {
    guard let bytes = try? FileSystem.contents(of: directory + "/" + name),
      let value = try? JSONValue(parsing: bytes)
    else { return nil }
    return Holder(pid: value["pid"]?.int, since: value["since"]?.string)
  }
}
