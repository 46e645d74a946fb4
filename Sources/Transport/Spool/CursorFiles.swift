import Synchronization

/// The small JSON files under `cursors/`: how far each reader has come, replaced as a whole.
///
/// Saves that may wait are gathered by name, so a reader that saves often costs one write a round.
final class CursorFiles: Sendable {
  /// Names the hop's own witness; not a reader's.
  static let durable = "durable"
  /// What is being driven again after a crash; it names accepted lines, so it is no witness.
  static let redrive = "redrive"

  let directory: String
  private let pending = Mutex<[String: [UInt8]]>([:])
  /// One writer at a time, so that an older save never lands on a newer one.
  private let writing = Mutex(())

  init(directory: String) { self.directory = directory }

  var hasPending: Bool { pending.withLock { !$0.isEmpty } }

  /// - Parameter saved: what is on disk, even if something newer waits to be written.
  func load(_ name: String, saved: Bool = false) throws(SpoolError) -> JSONValue? {
    if !saved, let bytes = pending.withLock({ $0[name] }) { return try? JSONValue(parsing: bytes) }
    do throws(FileError) {
      guard try FileSystem.status(path(name)) != nil else { return nil }
      let bytes = try FileSystem.contents(of: path(name))
      if let value = try? JSONValue(parsing: bytes) { return value }
    } catch {
      throw .file(error)
    }
    throw .corrupt(segment: "cursors/\(name).json", offset: 0, seq: 0, reason: "this is not JSON")
  }

  /// Names of all cursors on disk.
  func names() throws(FileError) -> [String] {
    try FileSystem.list(directory).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
  }

  func enqueue(_ name: String, _ value: JSONValue) {
    pending.withLock { $0[name] = value.bytes }
  }

  /// Blocks until it would survive a power cut.
  func save(_ name: String, _ value: JSONValue, syncsName: Bool = true) throws(FileError) {
    let bytes = value.bytes
    let path = path(name)
    try writing.withLock { _ throws(FileError) in
      pending.withLock { $0[name] = nil }
      try FileSystem.replace(path, with: bytes, syncsName: syncsName)
    }
  }

  func remove(_ name: String) throws(FileError) {
    let path = path(name)
    try writing.withLock { _ throws(FileError) in
      pending.withLock { $0[name] = nil }
      if try FileSystem.remove(path) { try FileSystem.syncDirectory(directory) }
    }
  }

  /// Writes what has been gathered.
  func flush() throws(FileError) {
    try writing.withLock { _ throws(FileError) in
      let batch = pending.withLock { pending in
        defer { pending = [:] }
        return pending
      }
      guard !batch.isEmpty else { return }
      for (name, bytes) in batch {
        try FileSystem.replace(path(name), with: bytes, syncsName: false)
      }
      try FileSystem.syncDirectory(directory)
    }
  }

  /// Makes the names of whatever has been written durable.
  func syncNames() throws(FileError) { try FileSystem.syncDirectory(directory) }

  private func path(_ name: String) -> String {
    precondition(Self.isName(name), "a cursor's name is letters, digits, '-', '_' and '.'")
    return directory + "/" + name + ".json"
  }

  private static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 100 && !name.hasPrefix(".")
      && name.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
          UInt8(ascii: "."):
          true
        default: false
        }
      }
  }
}
