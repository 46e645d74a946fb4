import Synchronization

/// Ids that sort by the time they were made, so that logs and spool files read in order:
/// 48 bits of milliseconds and 80 random bits in Crockford's base 32.
package enum ULID {
  private struct Last: Sendable {
    var milliseconds: UInt64 = 0
    var high: UInt16 = 0
    var low: UInt64 = 0
  }

  private static let last = Mutex(Last())
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  /// `prefix` and 26 characters, greater than every id this process made before. When the clock
  /// stands still or goes back, the last id is counted up instead.
  package static func make(prefix: String, at time: Timestamp = .now) -> String {
    let now = UInt64(clamping: time.milliseconds) & 0xFFFF_FFFF_FFFF
    let id = last.withLock { last in
      if now > last.milliseconds {
        last = fresh(now)
      } else {
        countUp(&last)
      }
      return last
    }
    return prefix + text(id)
  }

  /// The top random bit is left 0: room to count up.
  private static func fresh(_ milliseconds: UInt64) -> Last {
    let random = Random.bytes(10)
    let high = UInt16(random[0] & 0x7F) << 8 | UInt16(random[1])
    let low = random[2...].reduce(into: UInt64(0)) { $0 = $0 << 8 | UInt64($1) }
    return Last(milliseconds: milliseconds, high: high, low: low)
  }

  private static func countUp(_ last: inout Last) {
    last.low &+= 1
    if last.low > 0 { return }
    last.high &+= 1
    if last.high == 0 { last.milliseconds += 1 }
  }

  private static func text(_ id: Last) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(26)
    for shift in stride(from: UInt64(45), through: 0, by: -5) {
      out.append(alphabet[Int(id.milliseconds >> shift & 31)])
    }
    let random = UInt128(id.high) << 64 | UInt128(id.low)
    for shift in stride(from: 75, through: 0, by: -5) {
      out.append(alphabet[Int(random >> UInt128(shift) & 31)])
    }
    return String(decoding: out, as: UTF8.self)
  }
}

/// The ids of SCIM resources: identity providers expect UUIDs (RFC 9562 §5.4).
package enum UUIDv4 {
  /// Lower case, 36 characters.
  package static func make() -> String {
    var bytes = Random.bytes(16)
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    var out: [UInt8] = []
    out.reserveCapacity(36)
    for (index, byte) in bytes.enumerated() {
      if index >= 4 && index <= 10 && index % 2 == 0 { out.append(UInt8(ascii: "-")) }
      out.append(Hex.digit(byte >> 4))
      out.append(Hex.digit(byte & 0x0F))
    }
    return String(decoding: out, as: UTF8.self)
  }
}
