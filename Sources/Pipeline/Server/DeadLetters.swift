import Actors
import Synchronization
import Transport

/// `dead/` in the spool: one 0600 file per thing that could not be processed: the line it was
/// about, verbatim, with the circumstances before it.
final class DeadLetters: Sendable {
  /// What is known of a letter whatever it is about.
  struct Circumstances: Sendable {
    /// `event` and `webhook`, or `request`.
    var about: [(name: String, id: String)]
    var stage: SpoolDeadLetter.Stage
    /// "transport", "answered", "missing", "crashed", …
    var kind: String
    var reason: String
    var seq: UInt64
    var attempts: Int
    var first: Timestamp
    var last: Timestamp

    /// One JSON object.
    /// - Parameters:
    ///   - line: one, too; nil when it was gone, or there never was one.
    ///   - body: the event where no line holds it.
    func bytes(around line: [UInt8]?, body: [UInt8] = []) -> [UInt8] {
      var json = JSONObject()
      json["stage"] = JSONValue(stage.rawValue)
      json["class"] = JSONValue(kind)
      json["reason"] = JSONValue(reason)
      for (name, id) in about { json[name] = JSONValue(id) }
      json["seq"] = JSONValue(Int(clamping: seq))
      json["attempts"] = JSONValue(attempts)
      json["first"] = JSONValue(first.description)
      json["last"] = JSONValue(last.description)
      var bytes = json.bytes
      bytes.removeLast()
      if line == nil && !body.isEmpty { bytes += Array(",\"body\":".utf8) + body }
      return bytes + Array(",\"line\":".utf8) + (line ?? Array("null".utf8)) + [0x7D]
    }
  }

  let directory: String
  let disk: BlockingThread
  private let log: Logger
  private let committed: @Sendable (UInt64) throws -> [UInt8]?
  /// Names of the letters there are, once somebody had to know; changed on `disk` alone.
  private let known = Mutex<Set<String>?>(nil)

  /// - Parameter committed: a line of `3-committed` as it stands; blocks.
  init(
    spool: String, disk: BlockingThread, log: Logger,
    committed: @escaping @Sendable (UInt64) throws -> [UInt8]? = { _ in nil }
  ) {
    directory = spool + "/" + SpoolDeadLetter.directory
    self.disk = disk
    self.log = log
    self.committed = committed
  }

  /// - Parameter namesErased: whether bytes name somebody who is erased; then only the circumstances
  ///   are kept, unless the event says just that.
  func keep(
    _ letter: DeadLetter, namesErased: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }
  ) async throws(FileError) {
    let committed = committed
    let found = await disk.run { (try? committed(letter.seq)) ?? nil }
    // What tells the present state was never committed: its number is another's.
    let id = SpoolSearch.folded(Array(letter.eventId.utf8))
    let line = found.flatMap { SpoolSearch.occurs(id, in: $0) ? $0 : nil }
    let about = [("event", letter.eventId), ("webhook", letter.webhookId)]
    // It was due at once, so it was tried first when it was committed.
    let first = line.flatMap { JSONSlices($0)?.text("ts") }.flatMap { Timestamp(parsing: $0) }
    let circumstances = Circumstances(
      about: about, stage: .delivery, kind: Self.kind(of: letter), reason: letter.reason,
      seq: letter.seq, attempts: letter.attempts, first: first ?? letter.time, last: letter.time)
    let isClean = ErasureNotice.isOne(letter.event)
    try await keep(named: "\(letter.webhookId)-\(letter.eventId)") {
      let bytes = circumstances.bytes(around: line, body: letter.event)
      return isClean || !namesErased(bytes) ? bytes : circumstances.bytes(around: nil)
    }
  }

  private static func kind(of letter: DeadLetter) -> String {
    if letter.event.isEmpty { return "missing" }
    if letter.reason.hasPrefix("answered ") { return "answered" }
    if letter.reason.hasPrefix("the event is ") { return "size" }
    return letter.reason == "no signing secret" ? "configuration" : "transport"
  }

  func keep(_ bytes: [UInt8], named name: String) async throws(FileError) {
    try await keep(named: name) { bytes }
  }

  /// Returns once the file survives a power cut, as what it replaces may be gone right after.
  ///
  /// - Parameter bytes: asked for on the thread on which letters are also looked through.
  private func keep(
    named name: String, _ bytes: @escaping @Sendable () -> [UInt8]
  ) async throws(FileError) {
    // An operation of a Bulk request has a slash in its id.
    let name = String(name.map { $0 == "/" ? "_" : $0 })
    let path = "\(directory)/\(name).json"
    let directory = directory
    try await disk.run { () throws(FileError) in
      if try FileSystem.makeDirectory(directory) {
        try FileSystem.syncDirectory(FileSystem.parent(of: directory))
      }
      try FileSystem.replace(path, with: bytes() + [0x0A])
      self.known.withLock { _ = $0?.insert(name) }
    }
    log.error("dead letter", ["file": path])
  }

  /// nil when there is no letter of that name.
  func letter(_ name: String) async throws(FileError) -> SpoolDeadLetter? {
    guard Self.isName(name) else { return nil }
    let path = "\(directory)/\(name).json"
    return try await disk.run { () throws(FileError) -> SpoolDeadLetter? in
      guard try FileSystem.status(path) != nil else { return nil }
      return SpoolDeadLetter(name: name, try FileSystem.contents(of: path))
    }
  }

  /// - Returns: false when there was none.
  func remove(_ name: String) async throws(FileError) -> Bool {
    guard Self.isName(name) else { return false }
    return try await disk.run { () throws(FileError) in try self.removeNow(name) }
  }

  /// Its event was taken after all. Asked after every event that is sent again, so it costs no more
  /// than a look where there is no such letter.
  func taken(_ event: String, by webhook: String) {
    let name = "\(webhook)-\(event)"
    if known.withLock({ $0.map { !$0.contains(name) } ?? false }) { return }
    disk.submit { [self] in
      let names = known.withLock { $0 } ?? Set((try? names()) ?? [])
      known.withLock { $0 = names }
      if names.contains(name) { _ = try? removeNow(name) }
    }
  }

  /// Blocking.
  /// - Parameter syncs: whether it must be gone for good when this returns.
  func removeNow(_ name: String, syncs: Bool = true) throws(FileError) -> Bool {
    known.withLock { _ = $0?.remove(name) }
    guard try FileSystem.remove("\(directory)/\(name).json") else { return false }
    if syncs { try FileSystem.syncDirectory(directory) }
    return true
  }

  /// Nothing that leads out of the directory.
  private static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 200 && !name.hasPrefix(".")
      && !name.contains("/") && !name.contains("\0")
  }

  /// Blocking.
  func names() throws(FileError) -> [String] {
    guard try FileSystem.status(directory) != nil else { return [] }
    return try FileSystem.list(directory).filter { $0.hasSuffix(".json") }
      .map { String($0.dropLast(5)) }
  }

  /// Blocking.
  var count: Int { ((try? names()) ?? []).count }
}
