extension IPAddress {
  /// An IPv4 address in four plain decimals, or an IPv6 address without zone (RFC 4291 §2.2).
  ///
  /// Nothing else: `127.1`, `0x7f.0.0.1` and leading zeros are not addresses here.
  package init?(parsing text: some StringProtocol) {
    let bytes =
      text.utf8.contains(UInt8(ascii: ":")) ? Self.parseIPv6(text) : Self.parseIPv4(text)
    guard let bytes else { return nil }
    self.init(bytes: bytes)
  }

  private static func parseIPv4(_ text: some StringProtocol) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        part.utf8.count == 1 || part.utf8.first != 0x30, let byte = UInt8(part)
      else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func parseIPv6(_ text: some StringProtocol) -> [UInt8]? {
    guard text.utf8.count <= 45 else { return nil }
    let text = String(text)
    guard let gap = doubleColon(in: text) else {
      guard let bytes = groups(text[...], mayEndInIPv4: true), bytes.count == 16 else { return nil }
      return bytes
    }
    let after = text.index(gap, offsetBy: 2)
    guard let head = groups(text[..<gap], mayEndInIPv4: false),
      let tail = groups(text[after...], mayEndInIPv4: true), head.count + tail.count <= 14
    else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  private static func doubleColon(in text: String) -> String.Index? {
    var previous: Character?
    for index in text.indices {
      if text[index] == ":" && previous == ":" { return text.index(before: index) }
      previous = text[index]
    }
    return nil
  }

  private static func groups(_ text: Substring, mayEndInIPv4: Bool) -> [UInt8]? {
    if text.isEmpty { return [] }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      if mayEndInIPv4, index == parts.count - 1, part.contains("."), let four = parseIPv4(part) {
        return bytes + four
      }
      guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(\.isHexDigit),
        let group = UInt16(part, radix: 16)
      else { return nil }
      bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
    }
    return bytes
  }

  /// The IPv4 address inside `::ffff:0:0/96`, or the address itself.
  package var unmapped: IPAddress {
    guard bytes.count == 16, bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF,
      bytes[11] == 0xFF
    else { return self }
    return IPAddress(bytes: Array(bytes[12...])) ?? self
  }

  package static let loopback = IPAddress(parsing: "127.0.0.1")!

  /// Whether it is 127/8 or ::1, mapped or not.
  package var isLoopback: Bool {
    let plain = unmapped.bytes
    return plain.count == 4
      ? plain[0] == 127 : plain[..<15].allSatisfy { $0 == 0 } && plain[15] == 1
  }
}

extension UInt8 {
  fileprivate var isHexDigit: Bool {
    (0x30...0x39).contains(self) || (0x61...0x66).contains(self | 0x20)
  }
}

extension IPAddress: CustomStringConvertible {
  /// Four decimals, or RFC 5952: lower case, the longest run of zero groups shortened.
  package var description: String {
    guard isIPv6 else { return bytes.map { String($0) }.joined(separator: ".") }
    let groups = (0..<8).map { UInt16(bytes[2 * $0]) << 8 | UInt16(bytes[2 * $0 + 1]) }
    if unmapped != self { return "::ffff:\(unmapped)" }
    let hex = groups.map { String($0, radix: 16) }
    guard let run = Self.longestZeroRun(groups) else { return hex.joined(separator: ":") }
    return hex[..<run.lowerBound].joined(separator: ":") + "::"
      + hex[run.upperBound...].joined(separator: ":")
  }

  /// The first longest run of at least two zero groups.
  private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int>? {
    var best: Range<Int>?
    var start = 0
    while start < groups.count {
      var end = start
      while end < groups.count && groups[end] == 0 { end += 1 }
      if end - start >= 2 && end - start > (best?.count ?? 0) { best = start..<end }
      start = max(end, start + 1)
    }
    return best
  }
}
