/// The first line of a segment: which hop it belongs to and what stood before it.
struct SegmentHeader: Sendable, Hashable {
  var hop: String
  /// The number of the first line, as in the file's name.
  var first: UInt64
  var created: Timestamp
  /// Drawn when the spool was made; tells a segment of another spool from our own.
  var instance: String
  /// Grows when acknowledged data was given up by hand.
  var epoch: Int
  /// The format of the spool from this segment on.
  var format: Int
  /// The checksum of the last line of the segment before; nil for the first of a hop.
  var previousChecksum: UInt32?
  /// Numbers that were never written, or lost with a tail that was not acknowledged.
  var gap: ClosedRange<UInt64>?

  /// The whole line; it starts a chain of checksums.
  func line(checksum crc: inout UInt32) -> [UInt8] {
    var object = JSONObject()
    object["v"] = .init(format)
    object["segment"] = .init(hop)
    object["first"] = .number(JSONNumber(text: String(first)))
    object["created"] = .init(created.description)
    object["instance"] = .init(instance)
    object["epoch"] = .init(epoch)
    if let previousChecksum {
      var hex: [UInt8] = []
      SpoolFormat.appendHex(previousChecksum, to: &hex)
      object["previous"] = .init(String(decoding: hex, as: UTF8.self))
    }
    if let gap {
      object["gap"] = .array(
        [gap.lowerBound, gap.upperBound].map { .number(JSONNumber(text: String($0))) })
    }
    crc = 0
    return SpoolFormat.closed(object, chaining: &crc)
  }

  /// nil when this is not a header, whatever its checksum.
  init?(parsing line: Span<UInt8>) {
    guard let object = (try? JSONValue(parsing: line))?.object,
      let format = object["v"]?.int, let hop = object["segment"]?.string,
      let first = object["first"]?.number.flatMap({ UInt64($0.text) }),
      let created = object["created"]?.string.flatMap({ Timestamp(parsing: $0) }),
      let instance = object["instance"]?.string, let epoch = object["epoch"]?.int
    else { return nil }
    let previous = object["previous"]?.string.map { Array($0.utf8) }
    let gap = object["gap"]?.array?.compactMap { $0.number.flatMap { UInt64($0.text) } } ?? []
    self.init(
      hop: hop, first: first, created: created, instance: instance, epoch: epoch,
      format: format, previousChecksum: previous.flatMap { SpoolFormat.hex($0.span) },
      gap: gap.count == 2 && gap[0] <= gap[1] ? gap[0]...gap[1] : nil)
  }

  init(
    hop: String, first: UInt64, created: Timestamp, instance: String, epoch: Int,
    format: Int = SpoolRelease.written, previousChecksum: UInt32? = nil,
    gap: ClosedRange<UInt64>? = nil
  ) {
    self.hop = hop
    self.first = first
    self.created = created
    self.instance = instance
    self.epoch = epoch
    self.format = format
    self.previousChecksum = previousChecksum
    self.gap = gap
  }

  static let start = Array("{\"v\":".utf8)

  /// The format version a header line states.
  static func version(of line: Span<UInt8>) -> Int? {
    var cursor = SpoolLineCursor()
    guard cursor.skip(start, line), let version = cursor.decimal(line) else { return nil }
    return Int(clamping: version)
  }
}

/// The last line of a sealed segment: after it nothing is written to that file again.
struct SegmentFooter: Sendable, Hashable {
  /// Lines in the segment.
  var lines: UInt64
  /// The number of the last line; one below the first of the segment when it has none.
  var last: UInt64
  /// As `b` of a line.
  var based: UInt64

  static let start = Array("{\"v\":1,\"end\":".utf8)

  func line(chaining crc: inout UInt32) -> [UInt8] {
    var object = JSONObject()
    object["v"] = .init(SpoolFormat.lineVersion)
    object["end"] = .number(JSONNumber(text: String(last)))
    object["lines"] = .number(JSONNumber(text: String(lines)))
    object["b"] = .number(JSONNumber(text: String(based)))
    return SpoolFormat.closed(object, chaining: &crc)
  }

  init(lines: UInt64, last: UInt64, based: UInt64) {
    self.lines = lines
    self.last = last
    self.based = based
  }

  init?(parsing line: Span<UInt8>) {
    guard line.has(Self.start, at: 0), let object = (try? JSONValue(parsing: line))?.object,
      let last = object["end"]?.number.flatMap({ UInt64($0.text) }),
      let lines = object["lines"]?.number.flatMap({ UInt64($0.text) }),
      let based = object["b"]?.number.flatMap({ UInt64($0.text) })
    else { return nil }
    self.init(lines: lines, last: last, based: based)
  }
}

extension SpoolFormat {
  /// An object without its closing brace, then the suffix and newline.
  static func closed(_ object: JSONObject, chaining crc: inout UInt32) -> [UInt8] {
    var bytes = object.bytes
    bytes.removeLast()
    close(&bytes, from: 0, chaining: &crc)
    return bytes
  }
}
