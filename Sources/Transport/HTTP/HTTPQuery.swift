/// The name–value pairs of a query string, in order, as forms write them.
///
/// `+` and `%20` both are a space. A percent sign without two hex digits stays as it is, and empty
/// pieces (a trailing `&`, a second `?`) are passed over: identity providers send all of that.
package struct HTTPQuery: Sendable, Equatable {
  package struct Item: Sendable, Equatable {
    package let name: String
    package let value: String
  }

  package let items: [Item]

  package init(_ query: Substring) {
    let bytes = Array(query.utf8)
    var items: [Item] = []
    var start = 0
    while start < bytes.count {
      let end = Self.end(of: UInt8(ascii: "&"), in: bytes.span, start..<bytes.count)
      while start < end, bytes[start] == UInt8(ascii: "?") { start += 1 }
      if start < end {
        let mark = Self.end(of: UInt8(ascii: "="), in: bytes.span, start..<end)
        items.append(
          Item(
            name: Self.decode(bytes, start..<mark),
            value: Self.decode(bytes, min(mark + 1, end)..<end)))
      }
      start = end + 1
    }
    self.items = items
  }

  /// Where a byte stands first in a range, or the range's end.
  private static func end(of byte: UInt8, in bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
    var index = range.lowerBound
    while index < range.upperBound, bytes[index] != byte { index += 1 }
    return index
  }

  package init(_ query: String) { self.init(query[...]) }

  /// The first value of that exact name.
  package subscript(name: String) -> String? { items.first { $0.name == name }?.value }

  package func all(_ name: String) -> [String] {
    items.filter { $0.name == name }.map(\.value)
  }

  /// Most names and numbers are what they stand for.
  private static func decode(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    var isPlain = true
    for index in range where bytes[index] == UInt8(ascii: "%") || bytes[index] == UInt8(ascii: "+")
    {
      isPlain = false
    }
    if isPlain { return String(decoding: bytes[range], as: UTF8.self) }
    return HTTPPercent.decode(Array(bytes[range]), plusIsSpace: true)
  }
}

/// Percent-encoding (RFC 3986 §2.1) for paths and queries.
package enum HTTPPercent {
  /// A percent sign without two hex digits stays as it is; bytes that are not UTF-8 are replaced.
  package static func decode(_ bytes: [UInt8], plusIsSpace: Bool = false) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "%"), index + 2 < bytes.count,
        let high = HTTPByte.hexDigit(bytes[index + 1]),
        let low = HTTPByte.hexDigit(bytes[index + 2])
      {
        out.append(UInt8(high << 4 | low))
        index += 3
        continue
      }
      out.append(plusIsSpace && byte == UInt8(ascii: "+") ? HTTPByte.space : byte)
      index += 1
    }
    return String(decoding: out, as: UTF8.self)
  }

  package static func decode(_ text: some StringProtocol) -> String { decode(Array(text.utf8)) }

  /// Everything but unreserved characters is encoded, so that the result fits anywhere in a URL.
  package static func encode(_ text: some StringProtocol) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
      default: out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
