extension ULID {
  /// When an id was made, to the millisecond; nil for text that is not one of ours.
  ///
  /// An id made while the clock stood still or went back is as late as the one before it.
  package static func time(of id: String) -> Timestamp? {
    guard let mark = id.utf8.lastIndex(of: UInt8(ascii: "_")) else { return nil }
    let text = id.utf8[id.utf8.index(after: mark)...]
    guard text.count == 26 else { return nil }
    var milliseconds: UInt64 = 0
    for (place, byte) in text.enumerated() {
      guard let value = value(of: byte) else { return nil }
      if place < 10 { milliseconds = milliseconds << 5 | value }
    }
    guard milliseconds < 1 << 48 else { return nil }
    return Timestamp(milliseconds: Int64(milliseconds))
  }

  /// Crockford's base 32, upper case as `make` writes it.
  private static func value(of byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "A")...UInt8(ascii: "H"): UInt64(byte - UInt8(ascii: "A")) + 10
    case UInt8(ascii: "J"), UInt8(ascii: "K"): UInt64(byte - UInt8(ascii: "J")) + 18
    case UInt8(ascii: "M"), UInt8(ascii: "N"): UInt64(byte - UInt8(ascii: "M")) + 20
    case UInt8(ascii: "P")...UInt8(ascii: "T"): UInt64(byte - UInt8(ascii: "P")) + 22
    case UInt8(ascii: "V")...UInt8(ascii: "Z"): UInt64(byte - UInt8(ascii: "V")) + 27
    default: nil
    }
  }
}
