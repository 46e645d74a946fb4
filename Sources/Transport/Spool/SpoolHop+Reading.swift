import Synchronization

extension SpoolHop {
  /// Hands every durable line from a number on to `body`, oldest first, verifying all of it:
  /// what a start folds into its state. Blocks.
  ///
  /// A place that does not read back ends it with `SpoolError.corrupt`, except in a hop that
  /// nothing acknowledged rests on, where it is passed over.
  package func forEachLine(from seq: UInt64 = 0, _ body: (SpoolLine) throws -> Void) throws {
    let directory = state.directory
    let through = durableSeq
    try HopReader(directory: directory).read(from: seq) { item in
      switch item {
      case .segment: break
      case .line(let line, _, _):
        if line.seq > through { return false }
        try body(line)
        if line.seq == through { return false }
      case .damage(let segment, let offset, let seq, let reason):
        if seq > through { return false }
        guard state.description.isAcknowledged else { break }
        throw SpoolError.corrupt(
          segment: directory.name(ofSegment: segment), offset: offset, seq: seq, reason: reason)
      }
      return true
    }
  }

  /// The first number still on disk; nil when there is none.
  package var firstSeq: UInt64? {
    state.segments.withLock { $0.first }.flatMap { $0 <= lastSeq ? $0 : nil }
  }

  /// Bytes of the segments that hold lines above a number. Blocks.
  package func bytes(after seq: UInt64) throws(SpoolError) -> UInt64 {
    let directory = state.directory
    var bytes: UInt64 = 0
    for segment in directory.segments where segment > seq {
      bytes += try SpoolError.files { () throws(FileError) in
        try FileSystem.status(directory.path(ofSegment: segment))?.size ?? 0
      }
    }
    return bytes
  }

  /// Durable lines from a number on, oldest first; none when there is no such line yet. Blocks.
  ///
  /// Lines that retention has removed are not there: the first line may have a higher number.
  /// - Parameters:
  ///   - limit: at most this many lines.
  ///   - maxBytes: stops after the line that reaches this many bytes of data.
  package func lines(
    from seq: UInt64, limit: Int, maxBytes: Int
  ) throws(SpoolError) -> [SpoolLine] {
    let directory = state.directory
    let through = durableSeq
    var lines: [SpoolLine] = []
    var bytes = 0
    var next = seq
    guard next <= through, limit > 0 else { return [] }
    let start = directory.index(holding: next) ?? 0
    for segment in directory.segments.dropFirst(start) {
      let before = state.places.withLock { $0.take(next) }
      guard var reading = try reading(segment, of: directory, from: next, at: before)
      else { continue }
      while let line = try reading.next(isStrict: state.description.isAcknowledged) {
        if line.seq > through { break }
        lines.append(line)
        bytes += line.data.count
        next = line.seq + 1
        if lines.count >= limit || bytes >= maxBytes || next > through {
          let place = reading.place
          state.places.withLock { $0.put(place, for: next) }
          return lines
        }
      }
    }
    return lines
  }

  /// nil when the segment has been removed since the directory was looked at.
  private func reading(
    _ segment: UInt64, of directory: HopDirectory, from seq: UInt64, at place: HopPlaces.Place?
  ) throws(SpoolError) -> SegmentReading? {
    do throws(SpoolError) {
      return try SegmentReading(segment, of: directory, from: seq, at: place)
    } catch {
      guard case .file(let file) = error, file.isMissing,
        !state.segments.withLock({ $0.contains(segment) })
      else { throw error }
      return nil
    }
  }
}
