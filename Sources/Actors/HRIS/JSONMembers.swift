/// Finds the members of a JSON object without building values, so that an event's bytes can be
/// passed on exactly as they were written.
///
/// Only for bytes this program wrote itself: what it does not understand it skips.
struct JSONMembers: Sequence, IteratorProtocol {
  struct Member {
    /// Without quotes; our own names need no escapes.
    let name: Range<Int>
    let value: Range<Int>
  }

  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  /// - Parameter range: where the object stands, braces included.
  init(of bytes: [UInt8], in range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound + 1
    end = range.upperBound - 1
  }

  init(of bytes: [UInt8]) { self.init(of: bytes, in: bytes.indices) }

  mutating func next() -> Member? {
    guard position + 2 < end else { return nil }
    let name = JSONExtent.end(of: bytes, from: position)
    let start = name + 1
    let stop = JSONExtent.end(of: bytes, from: start)
    guard stop <= end else { return nil }
    defer { position = stop + 1 }
    return Member(name: position + 1..<name - 1, value: start..<stop)
  }

  /// The elements of the array that stands at `range`.
  static func elements(of bytes: [UInt8], in range: Range<Int>) -> [Range<Int>] {
    var elements: [Range<Int>] = []
    var position = range.lowerBound + 1
    while position < range.upperBound - 1 {
      let stop = JSONExtent.end(of: bytes, from: position)
      elements.append(position..<stop)
      position = stop + 1
    }
    return elements
  }
}

/// Where one compact JSON value ends.
enum JSONExtent {
  static func end(of bytes: [UInt8], from start: Int) -> Int {
    guard start < bytes.count else { return bytes.count }
    switch bytes[start] {
    case UInt8(ascii: "\""): return endOfString(bytes, start)
    case UInt8(ascii: "{"), UInt8(ascii: "["): return endOfNest(bytes, start)
    default: return endOfWord(bytes, start)
    }
  }

  private static func endOfString(_ bytes: [UInt8], _ start: Int) -> Int {
    let span = bytes.span
    var index = start + 1
    while index < span.count {
      switch span[index] {
      case UInt8(ascii: "\""): return index + 1
      case UInt8(ascii: "\\"): index += 2
      default: index += 1
      }
    }
    return span.count
  }

  private static func endOfNest(_ bytes: [UInt8], _ start: Int) -> Int {
    let span = bytes.span
    var depth = 0
    var index = start
    while index < span.count {
      switch span[index] {
      case UInt8(ascii: "\""):
        index = endOfString(bytes, index)
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return index + 1 }
      default: break
      }
      index += 1
    }
    return span.count
  }

  private static func endOfWord(_ bytes: [UInt8], _ start: Int) -> Int {
    var index = start
    while index < bytes.count, !",}]".utf8.contains(bytes[index]) { index += 1 }
    return index
  }
}
