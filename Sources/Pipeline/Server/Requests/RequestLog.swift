import Actors
import Synchronization
import Transport

/// Keeps what no hop keeps of inbound calls: reads, and what was refused before it was accepted.
///
/// Noting takes a lock for a moment and neither waits nor allocates a line; a thread of its own
/// writes some times a second. What is too much is counted instead, and the count is written.
final class RequestLog: Sendable {
  /// How long notes gather before they are written.
  private static let pause = Duration.milliseconds(100)
  private static let tidying = Duration.seconds(30)
  /// Notes, and bytes of texts in them, that wait to be written.
  private static let capacity = 4096
  private static let bytes = 4 << 20

  private struct Waiting {
    var notes: [RequestNote] = []
    var bytes = 0
    var budget: RequestLogBudget
    var omittedEver = 0
    var isStopping = false
  }

  let files: RequestLogFiles
  private let waiting: Mutex<Waiting>
  private let writer: Mutex<RequestLogWriter>
  private let bell = FileBell()
  private let thread = Mutex<FileThread?>(nil)
  private let isShortOfDisk: @Sendable () -> Bool
  private let failed: @Sendable (FileError) -> Void

  /// Blocks.
  /// - Parameters:
  ///   - isShortOfDisk: nothing is written while it says so.
  ///   - failed: told when something cannot be written; at most once a minute.
  init(
    spool: String, limits: RequestLogWriter.Limits, budget: RequestLogBudget = .init(),
    isShortOfDisk: @escaping @Sendable () -> Bool = { false },
    failed: @escaping @Sendable (FileError) -> Void = { _ in }
  ) throws(FileError) {
    files = RequestLogFiles(spool: spool)
    waiting = Mutex(Waiting(budget: budget))
    writer = Mutex(try RequestLogWriter(files, limits))
    self.isShortOfDisk = isShortOfDisk
    self.failed = failed
  }

  func start() { thread.withLock { $0 = FileThread { self.run() } } }

  /// Writes what waits and ends the thread. Blocks.
  func stop() {
    waiting.withLock { $0.isStopping = true }
    bell.ring()
    thread.withLock { $0.take() }?.join()
    flush()
  }

  func note(_ note: RequestNote) {
    let source = RequestLogBudget.Source(
      connection: note.connection, isAuthenticated: note.isAuthenticated)
    let isFirst = waiting.withLock { waiting in
      guard waiting.budget.admits(source, at: note.received) else {
        waiting.omittedEver += 1
        return false
      }
      let size = note.path.utf8.count + note.query.utf8.count + note.agent.utf8.count
      guard waiting.notes.count < Self.capacity, waiting.bytes + size <= Self.bytes else {
        waiting.budget.omit(1, of: note.connection)
        waiting.omittedEver += 1
        return false
      }
      waiting.notes.append(note)
      waiting.bytes += size
      return waiting.notes.count == 1
    }
    if isFirst { bell.ring() }
  }

  /// Calls that were not noted since the start.
  var omitted: Int { waiting.withLock { $0.omittedEver } }
}

// MARK: Writing

extension RequestLog {
  private func run() {
    var tidied = ContinuousClock.now - Self.tidying
    var complained: ContinuousClock.Instant?
    while !waiting.withLock({ $0.isStopping }) {
      do throws(FileError) {
        try write()
        if tidied.duration(to: .now) >= Self.tidying {
          try writer.withLock { writer throws(FileError) in try writer.tidy(at: .now) }
          tidied = .now
        }
      } catch {
        if complained.map({ $0.duration(to: .now) >= .seconds(60) }) ?? true {
          failed(error)
          complained = .now
        }
      }
      bell.wait(atMost: Self.tidying)
      gather()
    }
  }

  /// Lets notes come together, but not while somebody waits for the end.
  private func gather() {
    if !waiting.withLock({ $0.isStopping }) { bell.wait(atMost: Self.pause) }
  }

  /// Makes what was noted so far readable. Blocks.
  func flush() {
    do throws(FileError) { try write() } catch { failed(error) }
  }

  private func write() throws(FileError) {
    try writer.withLock { writer throws(FileError) in
      let (notes, omitted) = waiting.withLock { waiting in
        defer {
          waiting.notes.removeAll(keepingCapacity: true)
          waiting.bytes = 0
        }
        return (waiting.notes, waiting.budget.takeOmitted())
      }
      if notes.isEmpty && omitted.isEmpty { return }
      if isShortOfDisk() { return giveUp(notes, omitted) }
      do throws(FileError) {
        try writer.append(notes, omitted: omitted, at: .now)
      } catch {
        giveUp(notes, omitted)
        throw error
      }
    }
  }

  /// To be told of later, as a number.
  private func giveUp(_ notes: [RequestNote], _ omitted: [String: Int]) {
    waiting.withLock { waiting in
      for note in notes { waiting.budget.omit(1, of: note.connection) }
      for (connection, count) in omitted { waiting.budget.omit(count, of: connection) }
      waiting.omittedEver += notes.count
    }
  }

  /// Takes every line out that is meant; file by file, as readers wait behind what is written.
  /// Blocks.
  func forget(
    where isMeant: @Sendable (ArraySlice<UInt8>) -> Bool
  ) throws(FileError) {
    try write()
    let entries = try writer.withLock { writer throws(FileError) in try writer.closed() }
    var isChanged = false
    for entry in entries {
      let isMuch = try writer.withLock { writer throws(FileError) in
        try writer.forget(in: entry, where: isMeant)
      }
      isChanged = isChanged || isMuch
    }
    if isChanged { try FileSystem.syncDirectory(files.directory) }
  }
}

extension RequestLog {
  /// At most this much of the disk, and this part of what the spool may have.
  private static let most: UInt64 = 256 << 20
  private static let share: UInt64 = 16

  /// The one of a server, at work. Blocks.
  convenience init(_ settings: Settings, spool: Spool, log: Logger) throws(StartFailure) {
    let bytes = min(Self.most, settings.maxSpoolBytes(of: spool.directory) / Self.share)
    do throws(FileError) {
      try self.init(
        spool: spool.directory, limits: .init(keep: settings.spoolKeep, bytes: bytes),
        isShortOfDisk: { spool.isShortOfDisk },
        failed: { log.warning("the request log cannot be written", ["why": $0]) })
    } catch {
      throw StartFailure(error)
    }
    start()
  }
}
