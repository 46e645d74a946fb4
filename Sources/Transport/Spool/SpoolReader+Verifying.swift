extension SpoolReader {
  /// Something that is not as it was written.
  package enum Finding: Sendable, Hashable {
    /// An end that was never synced; the next start cuts it and keeps a copy.
    case tornTail(segment: String, offset: UInt64, lines: Int, bytes: UInt64)
    /// Something that had been synced does not read back.
    case corrupt(segment: String, offset: UInt64, seq: UInt64, reason: String)
    /// Something durable names a line that is not there.
    case missing(hop: String, last: UInt64, named: UInt64, by: String)

    package var isTornTail: Bool { if case .tornTail = self { true } else { false } }
  }

  package struct Verification: Sendable, Hashable {
    package var findings: [Finding] = []
    /// Verified lines by hop, in the order of the hops.
    package var lines: [UInt64] = []
    package var bytes: UInt64 = 0
    package var segments = 0

    /// What looks like a torn end is none when something names a line of it.
    fileprivate mutating func note(_ finding: Finding, of segment: String) {
      if findings.contains(finding) { return }
      findings.removeAll { other in
        if case .tornTail(segment, _, _, _) = other { true } else { false }
      }
      findings.append(finding)
    }
  }

  /// Reads everything and compares every checksum. While a process holds the spool, its last line
  /// may be in the middle of being written, so an end that is not whole is no finding then.
  package func verify() throws -> Verification {
    do { return try judge() } catch SpoolError.corrupt(let file, let offset, let seq, let reason) {
      // A cursor that is not JSON: no start gets beyond it.
      let finding = Finding.corrupt(segment: file, offset: offset, seq: seq, reason: reason)
      return Verification(findings: [finding])
    }
  }

  private func judge() throws -> Verification {
    let isLive = holder?.isAlive == true
    let survey = try SpoolSurvey(directory: directory, hops: hops)
    var verification = Verification()
    for (hop, found) in zip(hops, survey.found) {
      try verify(hop, found, &verification)
      guard let last = found.survey, last.damage != nil else { continue }
      let name = found.directory.name(ofSegment: last.first)
      if !isLive || last.isDamagedBelowBase,
        let finding = last.finding(named: name, isTorn: !last.isDamagedBelowBase)
      {
        verification.findings.append(finding)
      }
    }
    switch survey.refusal {
    case .acknowledgedDataMissing(let hop, let last, let named, let by):
      verification.findings.append(.missing(hop: hop, last: last, named: named, by: by))
    case .corrupt(let segment, let offset, let seq, let reason):
      verification.note(
        .corrupt(segment: segment, offset: offset, seq: seq, reason: reason), of: segment)
    default: break
    }
    return verification
  }

  private func verify(
    _ hop: HopDescription, _ found: SpoolSurvey.Found, _ verification: inout Verification
  ) throws {
    var lines: UInt64 = 0
    let through = found.last
    verification.segments += found.directory.segments.count
    for segment in found.directory.segments {
      let path = found.directory.path(ofSegment: segment)
      verification.bytes += try FileSystem.status(path)?.size ?? 0
    }
    try HopReader(directory: found.directory).read { item in
      switch item {
      case .segment: break
      case .line(let line, _, _):
        if line.seq > through { return false }
        lines += 1
      case .damage(let segment, let offset, let seq, let reason):
        // What is wrong in the last segment has been judged as a whole.
        let isBreach = offset == 0 && found.survey?.header != nil
        if segment == found.survey?.first && !isBreach { return true }
        verification.findings.append(
          .corrupt(
            segment: found.directory.name(ofSegment: segment), offset: offset, seq: seq,
            reason: reason))
      }
      return true
    }
    verification.lines.append(lines)
  }
}

extension SegmentSurvey {
  /// What is wrong with this segment; nil when nothing is.
  func finding(named name: String, isTorn: Bool) -> SpoolReader.Finding? {
    guard let damage else { return nil }
    guard isTorn else {
      return .corrupt(segment: name, offset: damage.offset, seq: last + 1, reason: damage.reason)
    }
    return .tornTail(
      segment: name, offset: end, lines: linesBehindDamage, bytes: size - end)
  }
}
