import Actors
import Transport

/// Files of the spool that may tell of a person and that no line of a hop stands for: dead letters,
/// the ends that were cut after crashes, and the log of calls.
struct PersonFiles: Sendable {
  /// Bytes of a file that are looked at together.
  private static let chunk = 1 << 20

  let letters: DeadLetters
  /// `torn/` of the spool.
  let torn: String
  let forgetCalls: ForgetCalls

  /// Takes the lines that are meant out of the log of calls. Blocks.
  typealias ForgetCalls =
    @Sendable (_ isMeant: @escaping @Sendable (ArraySlice<UInt8>) -> Bool) throws -> Void

  init(spool: String, letters: DeadLetters, forgetCalls: @escaping ForgetCalls) {
    self.letters = letters
    self.forgetCalls = forgetCalls
    torn = spool + "/torn"
  }

  /// Removes every letter, every cut end and every call in which the person is mentioned.
  ///
  /// What may be much to read is read on a thread of its own, so that nobody waits behind it.
  ///
  /// - Returns: the letters.
  func remove(_ person: PersonMentions) async throws -> [SpoolDeadLetter] {
    let removed = try await letters.removeAll { person.isMeant(letter: $0) }
    let (torn, forgetCalls) = (torn, forgetCalls)
    let thread = BlockingThread(name: "erasing")
    defer { thread.stop() }
    try await thread.run { () throws in
      try Self.removeTorn(in: torn, naming: person.traces)
      try forgetCalls { person.isMeant(call: $0) }
    }
    return removed
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
  /// Letters that are read while others wait for the same thread.
  private static let stretch = 16

  /// Removes every letter whose bytes are meant.
  ///
  /// - Returns: those that could be read as one.
  func removeAll(
    where isMeant: @escaping @Sendable ([UInt8]) -> Bool
  ) async throws(FileError) -> [SpoolDeadLetter] {
    let names = try await disk.run { () throws(FileError) in try self.names() }
    var removed: [SpoolDeadLetter] = []
    var isChanged = false
    for start in stride(from: 0, to: names.count, by: Self.stretch) {
      let some = names[start..<min(start + Self.stretch, names.count)]
      let (letters, count) = try await disk.run { () throws(FileError) in
        try self.removeNow(some, where: isMeant)
      }
      removed += letters
      isChanged = isChanged || count > 0
    }
    let (directory, isRemoved) = (directory, isChanged)
    try await disk.run { () throws(FileError) in
      let isUnfinished = try Self.removeUnfinished(in: directory)
      if isRemoved || isUnfinished { try FileSystem.syncDirectory(directory) }
    }
    return removed
  }

  /// Blocks.
  private func removeNow(
    _ names: ArraySlice<String>, where isMeant: ([UInt8]) -> Bool
  ) throws(FileError) -> ([SpoolDeadLetter], count: Int) {
    var (removed, count): ([SpoolDeadLetter], Int) = ([], 0)
    for name in names {
      let path = "\(directory)/\(name).json"
      guard try FileSystem.status(path) != nil else { continue }
      let bytes = try FileSystem.contents(of: path)
      guard isMeant(bytes), try removeNow(name, syncs: false) else { continue }
      count += 1
      if let letter = SpoolDeadLetter(name: name, bytes) { removed.append(letter) }
    }
    return (removed, count)
  }

  /// What a crash left of letters that were never finished: all are written on this thread.
  ///
  /// - Returns: whether there was any.
  private static func removeUnfinished(in directory: String) throws(FileError) -> Bool {
    guard try FileSystem.status(directory) != nil else { return false }
    let names = try FileSystem.list(directory).filter { $0.hasSuffix(".tmp") }
    for name in names { try FileSystem.remove(directory + "/" + name) }
    return !names.isEmpty
  }
}
