/// What recovery found in one segment, before anything is changed.
struct SegmentSurvey {
  /// A place where the segment does not read back.
  struct Damage: Equatable {
    let offset: UInt64
    let reason: String
  }

  /// A valid line behind the first damage.
  struct Stray: Equatable {
    let seq: UInt64
    let based: UInt64
    let offset: UInt64
    /// Without the newline.
    let length: Int
  }

  let first: UInt64
  let path: String
  /// Bytes in the file.
  let size: UInt64
  private(set) var header: SegmentHeader?
  private(set) var newerVersion: Int?
  /// The last valid number before the first damage.
  private(set) var last: UInt64
  private(set) var checksum: UInt32 = 0
  private(set) var isSealed = false
  /// Where the valid part ends.
  private(set) var end: UInt64 = 0
  private(set) var damage: Damage?
  /// Lines from the first damage to the end, valid or not.
  private(set) var linesBehindDamage = 0
  private(set) var strays: [Stray] = []
  /// The highest `b` behind the first damage, of lines and footer.
  private(set) var highestBase: UInt64 = 0
  private(set) var newest: Timestamp?
  /// For each reference of the hop, the highest number a valid line holds.
  private(set) var named: [UInt64]
  /// Lines that hold at least one reference.
  private(set) var namingLines = 0

  /// Whether something that had been synced does not read back; otherwise damage is a torn end.
  var isDamagedBelowBase: Bool { damage != nil && (header == nil || highestBase > last + 1) }

  /// The last number that counts: behind damage only when the damage is not a torn end.
  var lastOfAll: UInt64 { highestBase > last + 1 ? strays.last?.seq ?? last : last }

  /// Reads the whole segment.
  init(
    _ first: UInt64, of directory: HopDirectory, references: [HopDescription.Reference]
  ) throws(FileError) {
    let path = directory.path(ofSegment: first)
    let file = try File(path, .reading)
    let size = try file.size()
    self.init(first, path: path, size: size, references: references)
    var lines = FileLines(file, through: size, longest: SpoolFormat.longestLine)
    try read(&lines, at: 0, hop: directory.hop, references)
  }

  /// Nothing is read yet.
  init(
    _ first: UInt64, path: String, size: UInt64, references: [HopDescription.Reference]
  ) {
    self.first = first
    self.path = path
    self.size = size
    last = first - 1
    named = [UInt64](repeating: 0, count: references.count)
  }

  /// - Parameter start: where in the file of the lines the segment begins.
  mutating func read(
    _ lines: inout FileLines, at start: UInt64, hop: String,
    _ references: [HopDescription.Reference]
  ) throws(FileError) {
    var scan = SegmentScan(hop: hop, first: first)
    while let line = try lines.next() {
      let bytes = lines.buffer.span.extracting(line.range)
      let verdict = scan.judge(bytes, isWhole: line.isTerminated && !line.isTooLong)
      note(verdict, line, at: line.offset - start, checksum: scan.checksum)
      guard case .record = verdict, let record = SpoolLine(parsing: bytes) else { continue }
      newest = max(newest ?? record.timestamp, record.timestamp)
      note(references, of: record)
    }
  }

  private mutating func note(
    _ verdict: SegmentScan.Verdict, _ line: FileLines.Line, at offset: UInt64, checksum: UInt32?
  ) {
    if damage != nil { linesBehindDamage += 1 }
    switch verdict {
    case .invalid(let reason):
      if damage == nil {
        damage = Damage(offset: offset, reason: reason)
        linesBehindDamage = 1
      }
      return
    case .newer(let version): newerVersion = version
    case .header(let header): self.header = header
    case .record(let seq, let based) where damage != nil:
      highestBase = max(highestBase, based)
      strays.append(
        Stray(seq: seq, based: based, offset: offset, length: line.range.count))
    case .record(let seq, _): last = seq
    case .footer(let footer) where damage != nil: highestBase = max(highestBase, footer.based)
    case .footer: isSealed = true
    }
    guard damage == nil else { return }
    self.checksum = checksum ?? 0
    end = offset + line.length
  }

  private mutating func note(_ references: [HopDescription.Reference], of record: SpoolLine) {
    var names = false
    for (index, reference) in references.enumerated() {
      guard let number = SpoolMember.number(reference.member, in: record.data) else { continue }
      named[index] = max(named[index], number)
      names = true
    }
    if names { namingLines += 1 }
  }
}
