extension SpoolHop {
  /// One durable line exactly as it stands on disk, checksum included and line feed not; nil when
  /// there is none of that number any more. Blocks.
  package func verbatim(_ seq: UInt64) throws(SpoolError) -> [UInt8]? {
    let directory = state.directory
    guard seq <= durableSeq, let index = directory.index(holding: seq) else { return nil }
    let segment = directory.segments[index]
    var reading = try SegmentReading(segment, of: directory, from: seq, at: nil)
    guard let line = try reading.next(isStrict: state.description.isAcknowledged), line.seq == seq
    else { return nil }
    let (start, end) = (reading.start, reading.place.offset)
    return try SpoolError.files { () throws(FileError) in
      try File(directory.path(ofSegment: segment), .reading)
        .read(at: start, count: Int(end - start) - 1)
    }
  }
}
