extension SpoolReader {
  /// What is wrong with the snapshots, and with what a start would read after the newest whole one.
  ///
  /// - Parameter log: the acknowledged hop as it was a moment ago.
  func snapshotFindings(_ log: HopDirectory) throws -> [Finding] {
    let files = SnapshotFiles(spool: directory)
    var findings: [Finding] = []
    var newest: UInt64 = 0
    for number in try files.numbers() {
      do {
        try Self.verify(files.open(number))
        newest = number
      } catch SpoolError.corrupt(let segment, let offset, _, let reason) {
        findings.append(.corrupt(segment: segment, offset: offset, seq: number, reason: reason))
      } catch let error as SpoolError {
        // Unless a newer one has taken its place since.
        if try FileSystem.status(files.path(number)) != nil { throw error }
      }
    }
    if let first = log.segments.first, first > newest + 1 {
      findings.append(
        .corrupt(
          segment: log.hop, offset: 0, seq: newest + 1,
          reason: "lines \(newest + 1) to \(first - 1) are in no snapshot and not in the log"))
    }
    return findings
  }

  private static func verify(_ snapshot: SnapshotReader) throws {
    var lines: UInt64 = 0
    for part in 0..<snapshot.parts { lines += try snapshot.read(part: part) { _ in } }
    try snapshot.finish(lines: lines)
  }
}
