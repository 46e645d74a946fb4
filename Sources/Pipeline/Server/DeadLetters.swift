import Actors
import Synchronization
import Transport

/// `dead/` in the spool: one 0600 file per thing that could not be processed, as it was, with the
/// circumstances around it.
final class DeadLetters: Sendable {
  private let directory: String
  private let disk: BlockingThread
  private let log: Logger

  init(spool: String, disk: BlockingThread, log: Logger) {
    directory = spool + "/dead"
    self.disk = disk
    self.log = log
  }

  func keep(_ letter: DeadLetter) async throws(FileError) {
    try await keep(letter.bytes, named: "\(letter.webhookId)-\(letter.eventId)")
  }

  /// Returns once the file survives a power cut, as what it replaces may be gone right after.
  func keep(_ bytes: [UInt8], named name: String) async throws(FileError) {
    let path = "\(directory)/\(name).json"
    let directory = directory
    try await disk.run { () throws(FileError) in
      if try FileSystem.makeDirectory(directory) {
        try FileSystem.syncDirectory(FileSystem.parent(of: directory))
      }
      try FileSystem.replace(path, with: bytes + [0x0A])
    }
    log.error("dead letter", ["file": path])
  }

  /// Blocking.
  var count: Int {
    ((try? FileSystem.list(directory)) ?? []).count { $0.hasSuffix(".json") }
  }
}
