/// Judges the lines of one segment, one after the other, without touching a file.
///
/// After a line that is not valid it goes on: the next one is chained to that line's checksum as
/// it stands, so that damage in the middle is told apart from a torn end.
struct SegmentScan {
  enum Verdict: Equatable {
    case header(SegmentHeader)
    case record(seq: UInt64, based: UInt64)
    case footer(SegmentFooter)
    case newer(version: Int)
    case invalid(String)
  }

  let hop: String
  let first: UInt64
  private(set) var header: SegmentHeader?
  /// The last valid number so far; before the first line one below it.
  private(set) var last: UInt64
  private(set) var isSealed = false
  /// The checksum the last line stated; nil when it stated none.
  private(set) var checksum: UInt32?
  private var isAtStart = true
  private var isAfterDamage = false

  init(hop: String, first: UInt64) {
    self.hop = hop
    self.first = first
    last = first - 1
  }

  /// Goes on in the middle of a segment, after the line `last`, which stated this checksum.
  init(hop: String, first: UInt64, after last: UInt64, checksum: UInt32) {
    self.init(hop: hop, first: first)
    self.last = last
    self.checksum = checksum
    isAtStart = false
  }

  mutating func judge(_ line: Span<UInt8>, isWhole: Bool) -> Verdict {
    let stated = isWhole ? SpoolFormat.statedChecksum(of: line) : nil
    let isFirst = isAtStart
    let verdict = isFirst ? judgeHeader(line, stated) : judgeLine(line, stated)
    isAtStart = false
    checksum = stated
    switch verdict {
    case .header(let header): self.header = header
    case .record(let seq, _):
      last = seq
      isAfterDamage = false
    case .footer: isSealed = true
    case .newer, .invalid: isAfterDamage = true
    }
    return verdict
  }

  private func judgeHeader(_ line: Span<UInt8>, _ stated: UInt32?) -> Verdict {
    guard let stated else { return .invalid("the header is not whole") }
    let body = line.extracting(droppingLast: SpoolFormat.suffixLength)
    guard SpoolFormat.checksum(of: body, after: 0) == stated else {
      return .invalid("the header's checksum is wrong")
    }
    if let version = SegmentHeader.version(of: line), version > SpoolRelease.readable {
      return .newer(version: version)
    }
    guard let header = SegmentHeader(parsing: line), header.hop == hop, header.first == first
    else { return .invalid("the header belongs to another segment") }
    return .header(header)
  }

  private func judgeLine(_ line: Span<UInt8>, _ stated: UInt32?) -> Verdict {
    if isSealed { return .invalid("there is data after the footer") }
    guard let stated else { return .invalid("the line does not end in a checksum") }
    guard let checksum else { return .invalid("the line before states no checksum") }
    let body = line.extracting(droppingLast: SpoolFormat.suffixLength)
    guard SpoolFormat.checksum(of: body, after: checksum) == stated else {
      return .invalid("the checksum is wrong")
    }
    if let (seq, based) = SpoolLine.numbers(of: line) {
      guard isAfterDamage ? seq > last : seq == last + 1 else {
        return .invalid("line \(seq) follows line \(last)")
      }
      return .record(seq: seq, based: based)
    }
    guard let footer = SegmentFooter(parsing: line),
      isAfterDamage ? footer.last >= last : footer.last == last
    else { return .invalid("this is not a line of the format") }
    return .footer(footer)
  }
}
