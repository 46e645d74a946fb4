extension SpoolHop {
  /// Hands what `transform` makes of every durable line from a number on to `body`, oldest first,
  /// verifying all of it. Segments are read side by side. Blocks.
  ///
  /// - Throws: `SpoolError.corrupt` at a place that does not read back or is not joined to the one
  ///   before it.
  package func fold<Result: Sendable>(
    from seq: UInt64, threads: Int,
    _ transform: @escaping @Sendable (SpoolLine, SpoolPosition) throws -> Result,
    into body: (Result) throws -> Void
  ) throws {
    let directory = state.directory
    let start = directory.index(holding: seq) ?? 0
    let range = seq...max(seq, durableSeq)
    if seq > durableSeq { return }
    var before: SegmentScan?
    try OrderedWork.run(jobs: directory.segments.count - start, threads: threads) { number in
      try SegmentFold(
        directory.segments[start + number], of: directory, lines: range, transform: transform)
    } take: { segment in
      if let header = segment.scan.header, let before,
        let reason = HopReader.breach(between: before, and: header)
      {
        throw SpoolError.corrupt(
          segment: directory.name(ofSegment: header.first), offset: 0, seq: header.first,
          reason: reason)
      }
      before = segment.scan
      for result in segment.results { try body(result) }
    }
  }
}

/// What the lines of one segment become.
private struct SegmentFold<Result: Sendable>: Sendable {
  private(set) var results: [Result] = []
  private(set) var scan: SegmentScan

  init(
    _ segment: UInt64, of directory: HopDirectory, lines: ClosedRange<UInt64>,
    transform: (SpoolLine, SpoolPosition) throws -> Result
  ) throws {
    var scan = SegmentScan(hop: directory.hop, first: segment)
    var results: [Result] = []
    _ = try HopReader(directory: directory).read(
      segment, from: lines.lowerBound, after: nil, with: &scan
    ) { item in
      switch item {
      case .segment: return true
      case .line(let line, let position, _):
        guard line.seq <= lines.upperBound else { return false }
        results.append(try transform(line, position))
        return true
      case .damage(_, let offset, let seq, let reason):
        if seq > lines.upperBound { return false }
        throw SpoolError.corrupt(
          segment: directory.name(ofSegment: segment), offset: offset, seq: seq, reason: reason)
      }
    }
    self.results = results
    self.scan = scan
  }
}
