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

  /// Returns at once; the file follows on the disk thread.
  func keep(_ letter: DeadLetter) {
    keep(letter.bytes, named: "\(letter.webhookId)-\(letter.eventId)")
  }

  func keep(_ bytes: [UInt8], named name: String) {
    let path = "\(directory)/\(name).json"
    let (directory, log) = (directory, log)
    disk.submit {
      do throws(FileError) {
        _ = try FileSystem.makeDirectory(directory)
        try FileSystem.replace(path, with: bytes + [0x0A])
        log.error("dead letter", ["file": path])
      } catch {
        log.error("dead letter not kept", ["file": path, "why": error])
      }
    }
  }

  /// Blocking.
  var count: Int {
    ((try? FileSystem.list(directory)) ?? []).count { $0.hasSuffix(".json") }
  }
}
