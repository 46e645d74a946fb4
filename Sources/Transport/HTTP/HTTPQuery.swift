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
    items = query.utf8.split(separator: UInt8(ascii: "&")).compactMap { piece in
      let piece = piece.drop { $0 == UInt8(ascii: "?") }
      guard !piece.isEmpty else { return nil }
      let mark = piece.firstIndex(of: UInt8(ascii: "=")) ?? piece.endIndex
      let value = mark == piece.endIndex ? piece[mark...] : piece[piece.index(after: mark)...]
      return Item(name: Self.decode(piece[..<mark]), value: Self.decode(value))
    }
  }

  package init(_ query: String) { self.init(query[...]) }

  /// The first value of that exact name.
  package subscript(name: String) -> String? { items.first { $0.name == name }?.value }

  package func all(_ name: String) -> [String] {
    items.filter { $0.name == name }.map(\.value)
  }

  private static func decode(_ text: Substring.UTF8View) -> String {
    HTTPPercent.decode(Array(text), plusIsSpace: true)
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
