/// How far one hop has been shipped, and what goes next.
///
/// Lines are judged on the way, so damage at the source stops the shipping and never arrives.
struct HopShipment {
  /// A part of a segment that is to be appended to the copy.
  struct Piece {
    let segment: UInt64
    let file: File
    let range: Range<UInt64>
    /// The judge behind its last line.
    let scan: SegmentScan
    let inode: UInt64
  }

  struct Plan {
    var pieces: [Piece] = []
    var lines: UInt64 = 0
    /// The last number that is shipped, and the last at the source.
    var through: UInt64 = 0
    var last: UInt64 = 0
    /// For each reference of the hop, the highest number a shipped line holds.
    var named: [UInt64] = []
    var bytes: UInt64 {
      pieces.reduce(0) { $0 + $1.range.upperBound - $1.range.lowerBound }
    }
  }

  /// Where the copy's newest segment ends.
  private struct Place {
    let segment: UInt64
    var offset: UInt64
    var scan: SegmentScan
    /// Of the file at the source; nil when it has not been compared yet.
    var inode: UInt64?
  }

  private let hop: HopDescription
  private let path: String
  private var place: Place?
  /// Whether retention removed at the source what the copy had not got yet, so that there is a hole
  /// until the round is over.
  private(set) var isOvertaken = false

  /// - Parameter target: the copy.
  init(_ hop: HopDescription, in target: String) throws(FileError) {
    self.hop = hop
    path = target + "/" + hop.name
    try load()
  }

  /// Finds the end of the copy, and copies its last segment to a new file: what a crash has left
  /// of the old one cannot be trusted.
  private mutating func load() throws(FileError) {
    place = nil
    for name in try FileSystem.list(path) where name.hasSuffix(".tmp") {
      try FileSystem.remove(path + "/" + name)
    }
    guard let directory = try? HopDirectory(hop: hop.name, in: FileSystem.parent(of: path)),
      let segment = directory.segments.last
    else { return }
    let survey = try SegmentSurvey(segment, of: directory, references: [])
    guard survey.header != nil else {
      try FileSystem.remove(survey.path)
      return try load()
    }
    try cut(segment, at: survey.end)
  }

  /// Puts the first bytes of the copy's last segment into a new file of its name.
  private mutating func cut(_ segment: UInt64, at end: UInt64) throws(FileError) {
    let name = path + "/" + SpoolFormat.segmentName(first: segment)
    let file = try File(name + ".tmp", .creating)
    try File(name, .reading).copy(0..<end, to: file)
    try file.sync()
    try FileSystem.rename(name + ".tmp", to: name)
    try FileSystem.syncDirectory(path)
    let copy = try File(name, .reading)
    var scan = SegmentScan(hop: hop.name, first: segment)
    var lines = FileLines(copy, through: end, longest: SpoolFormat.longestLine)
    while let line = try lines.next() {
      _ = scan.judge(lines.buffer.span.extracting(line.range), isWhole: line.isTerminated)
    }
    place = Place(segment: segment, offset: end, scan: scan)
  }
}

// MARK: Planning

extension HopShipment {
  /// - Parameter limit: no line above it is shipped.
  mutating func plan(
    _ segments: [SpoolInventory.Segment], through limit: UInt64
  ) throws(BackupError) -> Plan {
    try align(with: segments)
    var plan = Plan()
    plan.named = hop.references.map { _ in 0 }
    plan.through = place?.scan.last ?? 0
    plan.last = plan.through
    for (index, segment) in segments.enumerated() where segment.first >= place?.segment ?? 0 {
      let isLast = index == segments.count - 1
      guard try take(segment, isLast: isLast, through: limit, into: &plan) else { break }
    }
    return plan
  }

  /// - Returns: whether all of the segment is shipped.
  private func take(
    _ segment: SpoolInventory.Segment, isLast: Bool, through limit: UInt64, into plan: inout Plan
  ) throws(BackupError) -> Bool {
    let isCurrent = segment.first == place?.segment
    let start = isCurrent ? place?.offset ?? 0 : 0
    var judge = isCurrent ? place?.scan : nil
    var scan = judge ?? SegmentScan(hop: hop.name, first: segment.first)
    var (end, isWhole) = (start, true)
    var lines = FileLines(
      segment.item.file, from: start, through: segment.item.size,
      longest: SpoolFormat.longestLine)
    while let line = try Self.next(&lines) {
      let bytes = lines.buffer.span.extracting(line.range)
      switch scan.judge(bytes, isWhole: line.isTerminated && !line.isTooLong) {
      case .header: break
      case .record(let seq, _):
        plan.last = seq
        if seq > limit { isWhole = false }
        if isWhole { note(bytes, seq, in: &plan) }
      case .footer: if isLast { isWhole = false }
      case .newer(let version):
        throw .spool(.newerFormat(segment: segment.item.name, version: version))
      case .invalid(let reason):
        // An end that is just being written, or that a crash has torn, is not shipped.
        if isLast { isWhole = false } else { throw damage(segment, line.offset, scan, reason) }
      }
      if !isWhole { continue }
      end = line.offset + line.length
      judge = scan
    }
    if end > start, let judge {
      let inode = try BackupError.files { () throws(FileError) in try segment.item.file.inode() }
      plan.pieces.append(
        Piece(
          segment: segment.first, file: segment.item.file, range: start..<end, scan: judge,
          inode: inode))
    }
    return isWhole
  }

  private static func next(_ lines: inout FileLines) throws(BackupError) -> FileLines.Line? {
    do { return try lines.next() } catch { throw .spool(.file(error)) }
  }

  private func damage(
    _ segment: SpoolInventory.Segment, _ offset: UInt64, _ scan: SegmentScan, _ reason: String
  ) -> BackupError {
    .damaged([
      .corrupt(segment: segment.item.name, offset: offset, seq: scan.last + 1, reason: reason)
    ])
  }

  private func note(_ line: Span<UInt8>, _ seq: UInt64, in plan: inout Plan) {
    plan.lines += 1
    plan.through = seq
    guard !hop.references.isEmpty, let record = SpoolLine(parsing: line) else { return }
    for (index, reference) in hop.references.enumerated() {
      guard let number = SpoolMember.number(reference.member, in: record.data) else { continue }
      plan.named[index] = max(plan.named[index], number)
    }
  }

  /// Makes the copy a beginning of what the source holds now: a start after a crash may have cut
  /// the source where nothing was acknowledged, and retention may have overtaken the copy.
  private mutating func align(
    with segments: [SpoolInventory.Segment]
  ) throws(BackupError) {
    while let current = place {
      guard let found = segments.first(where: { $0.first == current.segment }) else {
        if current.segment < segments.first?.first ?? 0 {
          isOvertaken = true
          return place = nil
        }
        if hop.isAcknowledged { throw .ahead(hop: hop.name, copy: current.scan.last) }
        try drop(current.segment)
        continue
      }
      let inode = try BackupError.files { () throws(FileError) in try found.item.file.inode() }
      if current.inode == inode { return }
      let common = try BackupError.files { () throws(FileError) -> UInt64 in
        try commonEnd(current.segment, with: found.item, through: current.offset)
      }
      if common == current.offset {
        place?.inode = inode
        return
      }
      if hop.isAcknowledged { throw .ahead(hop: hop.name, copy: current.scan.last) }
      try shorten(current.segment, to: common)
      if place?.segment == current.segment { place?.inode = inode }
    }
  }

  private mutating func drop(_ segment: UInt64) throws(BackupError) {
    do throws(FileError) {
      try FileSystem.remove(path + "/" + SpoolFormat.segmentName(first: segment))
      try load()
    } catch {
      throw .spool(.file(error))
    }
  }

  private mutating func shorten(_ segment: UInt64, to end: UInt64) throws(BackupError) {
    do throws(FileError) {
      try cut(segment, at: end)
      try load()
    } catch {
      throw .spool(.file(error))
    }
  }

  /// Bytes of whole lines that copy and source begin with alike.
  private func commonEnd(
    _ segment: UInt64, with item: SpoolInventory.Item, through end: UInt64
  ) throws(FileError) -> UInt64 {
    let copy = try File(path + "/" + SpoolFormat.segmentName(first: segment), .reading)
    var lines = FileLines(copy, through: end, longest: SpoolFormat.longestLine)
    var same: UInt64 = 0
    while let line = try lines.next(), line.offset + line.length <= item.size {
      let there = try item.file.read(at: line.offset, count: line.range.count)
      guard lines.buffer[line.range].elementsEqual(there) else { break }
      same = line.offset + line.length
    }
    return same
  }
}

// MARK: Shipping

extension HopShipment {
  /// Appends what was planned; each segment is synced before the next is begun.
  mutating func ship(_ plan: Plan) throws(BackupError) {
    isOvertaken = false
    for piece in plan.pieces {
      try BackupError.files { () throws(FileError) in try append(piece) }
      place = Place(
        segment: piece.segment, offset: piece.range.upperBound, scan: piece.scan,
        inode: piece.inode)
    }
  }

  private func append(_ piece: Piece) throws(FileError) {
    let name = path + "/" + SpoolFormat.segmentName(first: piece.segment)
    guard piece.range.lowerBound == 0 else {
      let file = try File(name, .appending)
      try piece.file.copy(piece.range, to: file)
      return try file.sync()
    }
    let file = try File(name + ".tmp", .creating)
    try piece.file.copy(piece.range, to: file)
    try file.sync()
    try FileSystem.rename(name + ".tmp", to: name)
    try FileSystem.syncDirectory(path)
  }
}
