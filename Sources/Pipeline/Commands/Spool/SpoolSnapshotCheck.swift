package import Transport

/// `spool verify` on snapshots: every checksum, the footer, and that its hash is what folding the
/// log up to there gives.
package struct SpoolSnapshotCheck: Sendable {
  package struct Sound: Sendable, Equatable {
    package let seq: UInt64
    package let lines: UInt64
    /// Whether the log reaches far enough back to fold the same state from it.
    package let isFolded: Bool
  }

  package private(set) var sound: [Sound] = []
  package private(set) var findings: [SpoolReader.Finding] = []
  package private(set) var bytes: UInt64 = 0

  /// Blocks; reads the snapshots and, when there is one, `3-committed`.
  package init(_ reader: SpoolReader) throws {
    let snapshots = try SpoolSnapshot.all(in: reader.directory)
    var states: [State] = []
    for snapshot in snapshots {
      bytes += snapshot.bytes
      do {
        states.append((snapshot, try snapshot.read { _ in }.footer.lines, try .init(snapshot)))
      } catch let fault as SpoolSnapshot.Fault {
        findings.append(
          .corrupt(
            segment: snapshot.name, offset: fault.offset, seq: snapshot.seq,
            reason: fault.reason))
      }
    }
    if !states.isEmpty { try compare(states, reader) }
    try noteMissing(reader)
  }

  private typealias State = (snapshot: SpoolSnapshot, lines: UInt64, state: SpoolStateHash)

  private mutating func compare(_ states: [State], _ reader: SpoolReader) throws {
    let folded = try Self.fold(reader, through: states)
    for (snapshot, lines, state) in states {
      let hash = folded[snapshot.seq]
      if let hash, hash != state.value {
        findings.append(
          .corrupt(
            segment: snapshot.name, offset: 0, seq: snapshot.seq,
            reason: "3-committed up to this line folds into another state"))
      } else {
        sound.append(Sound(seq: snapshot.seq, lines: lines, isFolded: hash != nil))
      }
    }
  }

  /// A start begins with the newest sound snapshot, so the log must go on right behind it.
  private mutating func noteMissing(_ reader: SpoolReader) throws {
    // While somebody writes, newer snapshots may have let go of lines since these were read.
    if reader.holder?.isAlive == true { return }
    let newest = sound.map(\.seq).max() ?? 0
    guard let committed = reader.hops.first(where: { $0.name == SpoolHops.committed }),
      let first = try reader.summary(of: committed).lines?.lowerBound, first > newest + 1
    else { return }
    findings.append(
      .corrupt(
        segment: committed.name, offset: 0, seq: newest + 1,
        reason: "lines \(newest + 1) to \(first - 1) are in no snapshot and not in the log"))
  }

  /// The state's hash at each snapshot that lies above where folding can begin.
  private static func fold(
    _ reader: SpoolReader, through states: [State]
  ) throws -> [UInt64: String] {
    guard let committed = reader.hops.first(where: { $0.name == SpoolHops.committed }),
      let range = try reader.summary(of: committed).lines
    else { return [:] }
    var hash = SpoolStateHash()
    var next: UInt64 = 1
    if range.lowerBound > 1 {
      guard let start = states.first(where: { $0.snapshot.seq + 1 >= range.lowerBound })
      else { return [:] }
      hash = start.state
      next = start.snapshot.seq + 1
    }
    var folded: [UInt64: String] = [:]
    let stops = Set(states.map(\.snapshot.seq))
    if next == 1 && stops.contains(0) { folded[0] = hash.value }
    try reader.forEachLine(of: SpoolHops.committed, from: next) { line in
      // Behind lines that were given up, the log alone no longer tells the state.
      guard line.seq == next else { return false }
      next += 1
      hash.take(line)
      if stops.contains(line.seq) { folded[line.seq] = hash.value }
      return true
    }
    return folded
  }
}
