import Actors
import Transport

/// Files of the spool that may tell of a person and that no line of a hop stands for: dead letters,
/// the ends that were cut after crashes, and the log of calls.
struct PersonFiles: Sendable {
  /// Bytes of a file that are looked at together.
  private static let chunk = 1 << 20
  /// A shorter name is other people's, too.
  private static let shortest = 4

  let letters: DeadLetters
  /// `torn/` of the spool.
  let torn: String
  /// Takes the lines out of the log of calls in which one of these stands. Blocks.
  let forgetCalls: @Sendable ([[UInt8]]) throws -> Void

  init(
    spool: String, letters: DeadLetters, forgetCalls: @escaping @Sendable ([[UInt8]]) throws -> Void
  ) {
    self.letters = letters
    self.forgetCalls = forgetCalls
    torn = spool + "/torn"
  }

  /// Removes every letter in which an id occurs, or a name stands as a whole text, and every end and
  /// every call in which an id or one of the texts occurs, in whatever case.
  ///
  /// - Returns: the letters.
  func remove(
    ids: [String], names: some Collection<String> = [], texts: [String] = []
  ) async throws -> [SpoolDeadLetter] {
    let meant =
      names.filter { $0.utf8.count >= Self.shortest }
      .map { SpoolSearch.folded(JSONValue($0).bytes) } + ids.flatMap { Self.needles($0) }
    let removed = try await letters.removeAll { bytes in
      meant.contains { SpoolSearch.occurs($0, in: bytes) }
    }
    let (torn, forgetCalls) = (torn, forgetCalls)
    let needles = (ids + texts).flatMap { Self.needles($0) }
    try await letters.disk.run { () throws in
      try Self.removeTorn(in: torn, naming: needles)
      try forgetCalls(needles)
    }
    return removed
  }

  /// As it is, and as it stands in JSON.
  private static func needles(_ text: String) -> [[UInt8]] {
    let plain = SpoolSearch.folded(Array(text.utf8))
    let escaped = SpoolSearch.folded(Array(JSONValue(text).bytes.dropFirst().dropLast()))
    return plain == escaped ? [plain] : [plain, escaped]
  }

  /// Blocks.
  private static func removeTorn(
    in directory: String, naming needles: [[UInt8]]
  ) throws(FileError) {
    guard try FileSystem.status(directory) != nil else { return }
    var isChanged = false
    for name in try FileSystem.list(directory) {
      let path = directory + "/" + name
      guard try occurs(needles, in: path) else { continue }
      isChanged = try FileSystem.remove(path) || isChanged
    }
    if isChanged { try FileSystem.syncDirectory(directory) }
  }

  /// Neighbouring chunks overlap by what a text needs, so that none hides between two.
  private static func occurs(_ needles: [[UInt8]], in path: String) throws(FileError) -> Bool {
    guard let file = try File.ifPresent(path) else { return false }
    let overlap = needles.map(\.count).max() ?? 0
    var start: UInt64 = 0
    while true {
      let bytes = try file.read(at: start, count: chunk + overlap)
      if needles.contains(where: { SpoolSearch.occurs($0, in: bytes) }) { return true }
      if bytes.count <= chunk { return false }
      start += UInt64(chunk)
    }
  }
}

extension DeadLetters {
  /// Removes every letter whose bytes are meant.
  ///
  /// - Returns: those that could be read as one.
  func removeAll(
    where isMeant: @escaping @Sendable ([UInt8]) -> Bool
  ) async throws(FileError) -> [SpoolDeadLetter] {
    let directory = directory
    return try await disk.run { () throws(FileError) in
      var removed: [SpoolDeadLetter] = []
      for name in try self.names() {
        let path = "\(directory)/\(name).json"
        guard try FileSystem.status(path) != nil else { continue }
        let bytes = try FileSystem.contents(of: path)
        guard isMeant(bytes), try self.removeNow(name) else { continue }
        if let letter = SpoolDeadLetter(name: name, bytes) { removed.append(letter) }
      }
      try Self.removeUnfinished(in: directory)
      return removed
    }
  }

  /// What a crash left of letters that were never finished: all are written on this thread.
  private static func removeUnfinished(in directory: String) throws(FileError) {
    guard try FileSystem.status(directory) != nil else { return }
    let names = try FileSystem.list(directory).filter { $0.hasSuffix(".tmp") }
    for name in names { try FileSystem.remove(directory + "/" + name) }
    if !names.isEmpty { try FileSystem.syncDirectory(directory) }
  }
}
