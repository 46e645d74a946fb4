/// Which formats of a spool this release can read, and which it writes when nothing forbids it.
///
/// 1: lines only, nothing is ever deleted. 2: snapshots, and lines that nothing needs go. A spool
/// of format 1 is continued in it, so that the release before can be put back, until somebody
/// asks for the newer one.
package enum SpoolRelease {
  package static let readable = 2
  package static let written = 2
  /// From this one on there are snapshots, and segments that nothing needs may be gone.
  package static let snapshots = 2
}

extension SpoolOpening {
  /// Why the spool must not be opened, when a snapshot was written by a later version. One that
  /// does not read back is no reason: it is passed over where snapshots are read.
  func newerSnapshot() throws(SpoolError) -> SpoolError? {
    try SpoolError.files { () throws(FileError) in
      let snapshots = directory + "/snapshots"
      guard try FileSystem.status(snapshots) != nil else { return nil }
      for name in try FileSystem.list(snapshots) where name.hasSuffix(".jsonl") {
        guard let version = try Self.version(ofSnapshot: snapshots + "/" + name),
          version > SpoolRelease.readable
        else { continue }
        return .newerFormat(segment: "snapshots/" + name, version: version)
      }
      return nil
    }
  }

  /// What its first line states; nil when that line is not whole.
  private static func version(ofSnapshot path: String) throws(FileError) -> Int? {
    let file = try File(path, .reading)
    var lines = FileLines(
      file, through: try file.size(), longest: SpoolFormat.longestLine, read: 4096)
    guard let line = try lines.next(), line.isTerminated, !line.isTooLong else { return nil }
    let bytes = lines.buffer.span.extracting(line.range)
    guard let stated = SpoolFormat.statedChecksum(of: bytes) else { return nil }
    let body = bytes.extracting(droppingLast: SpoolFormat.suffixLength)
    guard SpoolFormat.checksum(of: body, after: 0) == stated else { return nil }
    return SegmentHeader.version(of: bytes)
  }
}
