/// The segments of one hop as they lie on disk, for whoever owns the spool and for who only reads.
struct HopDirectory: Sendable {
  let hop: String
  let path: String
  /// First numbers, ascending; each is a segment's name.
  let segments: [UInt64]

  init(hop: String, path: String, segments: [UInt64]) {
    self.hop = hop
    self.path = path
    self.segments = segments
  }

  /// - Parameter directory: the spool's.
  init(hop: String, in directory: String) throws(FileError) {
    let path = directory + "/" + hop
    self.hop = hop
    self.path = path
    segments = try FileSystem.list(path).compactMap { SpoolFormat.firstSeq(ofSegment: $0) }
  }

  func path(ofSegment first: UInt64) -> String {
    path + "/" + SpoolFormat.segmentName(first: first)
  }

  /// The name by which errors and screens call a segment.
  func name(ofSegment first: UInt64) -> String {
    hop + "/" + SpoolFormat.segmentName(first: first)
  }

  /// The index of the segment that holds this number, if any does.
  func index(holding seq: UInt64) -> Int? {
    segments.lastIndex { $0 <= seq }
  }
}
