/// Reads a hop as it grows, for whoever only looks: across segments, past deleted ones, and never
/// a line that is not whole yet.
package struct HopFollower: Sendable {
  /// Lines that one look gives at most.
  package static let batch = 1024

  private let hop: String
  private let directory: String
  private var next: UInt64
  private var place: HopPlaces.Place?

  /// - Parameter next: the number of the first line that is wanted.
  package init(_ reader: SpoolReader, hop: String, from next: UInt64) {
    self.hop = hop
    directory = reader.directory
    self.next = next
  }

  /// What has been written since the last look; none when there is nothing. Blocks.
  package mutating func look() throws(SpoolError) -> [SpoolLine] {
    let hop = hop
    let spool = directory
    let directory = try SpoolError.files { () throws(FileError) in
      try HopDirectory(hop: hop, in: spool)
    }
    var lines: [SpoolLine] = []
    let start = directory.index(holding: next) ?? 0
    for segment in directory.segments.dropFirst(start) where lines.count < Self.batch {
      try read(segment, of: directory, into: &lines)
    }
    return lines
  }

  private mutating func read(
    _ segment: UInt64, of directory: HopDirectory, into lines: inout [SpoolLine]
  ) throws(SpoolError) {
    guard
      try SpoolError.files({ () throws(FileError) in
        try FileSystem.status(directory.path(ofSegment: segment))
      }) != nil
    else { return place = nil }
    var reading = try SegmentReading(segment, of: directory, from: next, at: place)
    while lines.count < Self.batch, let line = try reading.next(isStrict: false) {
      lines.append(line)
      next = line.seq + 1
      place = reading.place
    }
  }
}
