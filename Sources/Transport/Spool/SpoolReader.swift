/// Looks into a spool, in use or copied, without taking its lock and without writing a byte.
package struct SpoolReader: Sendable {
  package let directory: String
  package let hops: [HopDescription]

  /// What lies in one hop's directory.
  package struct Hop: Sendable, Hashable {
    package let name: String
    package let segments: Int
    package let bytes: UInt64
    /// nil when the hop has no line.
    package let lines: ClosedRange<UInt64>?
    /// When the oldest segment was begun.
    package let oldest: Timestamp?
  }

  /// Who holds the spool, as far as one can tell without the lock.
  package struct Holder: Sendable, Hashable {
    package let pid: Int
    package let since: Timestamp?
    /// Whether a process of that number runs and holds this very spool.
    package let isAlive: Bool
  }

  /// - Parameter hops: those that are missing on disk are left out.
  package init(directory: String, hops: [HopDescription]) throws(SpoolError) {
    self.directory = directory
    self.hops = try SpoolError.files { () throws(FileError) in
      var present: [HopDescription] = []
      for hop in hops where try FileSystem.status(directory + "/" + hop.name) != nil {
        present.append(hop)
      }
      return present
    }
    guard !self.hops.isEmpty else { throw .notFound(directory: directory) }
  }

  package var holder: Holder? {
    guard let holder = SpoolLock.holder(in: directory), let pid = holder.pid else { return nil }
    let isAlive = Self.isHeld(directory + "/" + SpoolLock.name, by: pid)
    return Holder(
      pid: pid, since: holder.since.flatMap { Timestamp(parsing: $0) }, isAlive: isAlive)
  }

  /// The newest segment header of the acknowledged hop: instance, epoch, format.
  package var identity: (instance: String, epoch: Int, format: Int)? {
    for hop in hops {
      guard let directory = try? HopDirectory(hop: hop.name, in: directory),
        let last = directory.segments.last, let header = try? header(last, of: directory)
      else { continue }
      return (header.instance, header.epoch, header.format)
    }
    return nil
  }

  package func summary(of hop: HopDescription) throws(SpoolError) -> Hop {
    try SpoolError.files { () throws(FileError) in
      let directory = try HopDirectory(hop: hop.name, in: directory)
      var bytes: UInt64 = 0
      for segment in directory.segments {
        bytes += try FileSystem.status(directory.path(ofSegment: segment))?.size ?? 0
      }
      let oldest = try directory.segments.first.flatMap { segment throws(FileError) in
        try header(segment, of: directory)
      }
      return Hop(
        name: hop.name, segments: directory.segments.count, bytes: bytes,
        lines: try lines(of: directory), oldest: oldest?.created)
    }
  }

  /// Hands the lines of a hop from a number on to `body` until that returns false. Places that do
  /// not read back are passed over; `findings` names them.
  package func forEachLine(
    of hop: String, from seq: UInt64 = 0, _ body: (SpoolLine) throws -> Bool
  ) throws {
    let directory = try SpoolError.files { () throws(FileError) in
      try HopDirectory(hop: hop, in: self.directory)
    }
    try HopReader(directory: directory).read(from: seq) { item in
      guard case .line(let line, _, _) = item else { return true }
      return try body(line)
    }
  }

  /// The cursors by name, `durable` among them.
  package func cursors() throws(SpoolError) -> [(name: String, value: JSONValue)] {
    let files = CursorFiles(directory: directory + "/cursors")
    var cursors: [(name: String, value: JSONValue)] = []
    for name in try SpoolError.files({ () throws(FileError) in try files.names() }) {
      if let value = try files.load(name) { cursors.append((name, value)) }
    }
    return cursors
  }

  /// The numbers a hop holds; the last valid line is found by reading its last segments.
  private func lines(of directory: HopDirectory) throws(FileError) -> ClosedRange<UInt64>? {
    guard let first = directory.segments.first, let segment = directory.segments.last
    else { return nil }
    let last = try SegmentSurvey(segment, of: directory, references: []).lastOfAll
    return last >= first ? first...last : nil
  }
}

extension SpoolReader {
  /// The highest number of a hop that the latest lines of the others name; 0 when none do.
  package func highestNamed(of hop: String) throws(SpoolError) -> UInt64 {
    let survey = try SpoolSurvey(directory: directory, hops: hops)
    guard let index = hops.firstIndex(where: { $0.name == hop }) else { return 0 }
    return survey.witnesses[index]?.seq ?? 0
  }
}
