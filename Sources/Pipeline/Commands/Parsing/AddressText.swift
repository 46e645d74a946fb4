package import Transport

/// Reads IP addresses as people type them; names are not addresses.
package enum AddressText {
  package static func address(_ text: Substring) -> IPAddress? {
    text.contains(":") ? version6(text) : version4(text).flatMap(IPAddress.init(bytes:))
  }

  /// Four decimal parts without leading zeros (RFC 6943 §3.1.1 on why strict).
  private static func version4(_ text: Substring) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { part in
      part.allSatisfy { $0.isASCII && $0.isNumber } && (part.count == 1 || part.first != "0")
        ? UInt8(part) : nil
    }
    return parts.count == 4 && bytes.count == 4 ? bytes : nil
  }

  /// Eight groups, one "::" for a run of zeros, a dotted tail for the last two (RFC 4291 §2.2).
  private static func version6(_ text: Substring) -> IPAddress? {
    let halves = split(text)
    guard halves.count <= 2, let head = groups(halves[0]) else { return nil }
    if halves.count == 1 { return head.count == 16 ? IPAddress(bytes: head) : nil }
    guard let tail = groups(halves[1]), head.count + tail.count <= 14 else { return nil }
    let zeros = [UInt8](repeating: 0, count: 16 - head.count - tail.count)
    return IPAddress(bytes: head + zeros + tail)
  }

  /// The parts around "::"; more than two when it stands twice.
  private static func split(_ text: Substring) -> [Substring] {
    let characters = Array(text)
    for index in characters.indices.dropLast()
    where characters[index] == ":" && characters[index + 1] == ":" {
      let tail = text.dropFirst(index + 2)
      return [text.prefix(index), tail] + split(tail).dropFirst()
    }
    return [text]
  }

  private static func groups(_ text: Substring) -> [UInt8]? {
    if text.isEmpty { return [] }
    var bytes: [UInt8] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains(".") {
        guard let tail = version4(part) else { return nil }
        bytes += tail
      } else {
        guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit),
          let group = UInt16(part, radix: 16)
        else { return nil }
        bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
      }
    }
    return bytes.count <= 16 ? bytes : nil
  }
}
