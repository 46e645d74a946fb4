import Transport

/// Says whether what somebody read is still the same: made of the very bytes that are answered, so
/// that it changes with what is joined from others, too (RFC 9110 §8.8.3, a strong one).
struct EntityTag: Sendable, Equatable {
  /// With its quotes.
  let text: String

  init(of body: [UInt8]) {
    text = "\"\(Base64.encode(Array(SHA256.hash(body).prefix(15)), .url))\""
  }

  /// RFC 9110 §13.1.2: compared weakly; `*` stands for any.
  ///
  /// - Parameter field: the value of `if-none-match`.
  func isMatched(by field: String) -> Bool {
    field.split(separator: ",").contains { part in
      var tag = part.drop { $0 == " " || $0 == "\t" }
      while tag.last == " " || tag.last == "\t" { tag.removeLast() }
      if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
      return tag == "*" || tag == text
    }
  }
}
