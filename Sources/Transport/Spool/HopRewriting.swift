import Glibc

/// Writes what reads back of a hop into new segments elsewhere, chained as if they had always
/// been so.
struct HopRewriting {
  private let repair: SpoolRepair
  private let first: UInt64
  private let scratch: String
  private var writer: SegmentWriter?
  /// The segment of the original that `writer` stands for.
  private var original: UInt64?
  /// Gaps that were in the originals already.
  private var known: Set<ClosedRange<UInt64>> = []
  /// The last line before the part that is written anew, and what that segment states.
  private var before: (last: UInt64, checksum: UInt32?) = (0, nil)
  private var newest: SegmentHeader?
  private(set) var outcome: SpoolRepair.Outcome

  init(_ repair: SpoolRepair, from first: UInt64, in scratch: String) throws(FileError) {
    self.repair = repair
    self.first = first
    self.scratch = scratch
    outcome = SpoolRepair.Outcome(hop: repair.directory.hop)
    let directory = repair.directory
    if let segment = directory.segments.last(where: { $0 < first }) {
      let survey = try SegmentSurvey(segment, of: directory, references: [])
      before = (survey.last, survey.checksum)
      newest = survey.header
    } else {
      // Lines that retention has removed are not lost.
      before.last = first - 1
    }
  }

  mutating func run() throws(FileError) {
    do {
      var this = self
      try HopReader(directory: repair.directory).read(from: first) { try this.take($0) }
      self = this
    } catch let error as FileError {
      throw error
    } catch SpoolError.file(let error) {
      throw error
    } catch {
      throw FileError("read", repair.directory.path, code: EIO)
    }
    try finish()
  }

  private mutating func take(_ item: HopReader.Item) throws(FileError) -> Bool {
    switch item {
    case .segment(let header, _):
      newest = header
      if let gap = header.gap { known.insert(gap) }
    case .line(let line, let position, _):
      if line.seq > repair.last { return false }
      try write(line, of: position.segment)
    case .damage: break
    }
    return true
  }

  private mutating func write(_ line: SpoolLine, of segment: UInt64) throws(FileError) {
    let last = writer?.last ?? before.last
    guard line.seq > last else { return }
    if writer == nil || original != segment || line.seq != last + 1 {
      try begin(line.seq, created: newest?.created ?? repair.now, epoch: newest?.epoch ?? 1)
      original = segment
    }
    guard var writer else { return }
    let record = SpoolRecord(id: line.id, key: line.key, type: line.type, data: line.data)
    var bytes: [UInt8] = []
    SpoolFragment(record, at: line.timestamp).write(
      seq: line.seq, based: line.based, chaining: &writer.checksum, to: &bytes)
    try writer.write(bytes, lines: 1, at: line.timestamp)
    self.writer = writer
  }

  /// Seals the segment that is open and makes the next.
  private mutating func begin(
    _ seq: UInt64, created: Timestamp, epoch: Int
  ) throws(FileError) {
    if var open = writer {
      try open.seal(based: open.last + 1)
      before = (open.last, open.checksum)
    }
    var header = newest ?? .unknown(hop: repair.directory.hop)
    (header.first, header.created, header.epoch) = (seq, created, epoch)
    (header.previousChecksum, header.gap) = (before.checksum, nil)
    if seq > before.last + 1 {
      let gap = (before.last + 1)...(seq - 1)
      header.gap = gap
      if !known.contains(gap) { outcome.lost.append(gap) }
    }
    writer = try SegmentWriter(creating: header, in: scratch)
  }

  /// The segment the hop goes on in.
  private mutating func finish() throws(FileError) {
    outcome.next = repair.witnessed + 1
    outcome.epoch = (newest?.epoch ?? 1) + 1
    try begin(outcome.next, created: repair.now, epoch: outcome.epoch)
  }
}
