@_spi(_Unicode) import Swift

/// Two spellings of one text must meet everywhere alike: uniqueness, filters, indexes and manager
/// look-up all compare what `fold` returns.
package enum SCIMText {
  /// Unicode lower case of the canonical composition (NFC), composed again.
  package static func fold(_ text: String) -> String {
    var ascii = true
    var upper = false
    for byte in text.utf8 {
      if byte >= 0x80 {
        ascii = false
        break
      }
      if byte >= 0x41 && byte <= 0x5A { upper = true }
    }
    if ascii { return upper ? text.lowercased() : text }
    return composed(composed(text).lowercased())
  }

  /// What texts are compared as where case counts: the canonical composition (NFC).
  package static func exact(_ text: String) -> String {
    text.utf8.allSatisfy { $0 < 0x80 } ? text : composed(text)
  }

  private static func composed(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: text._nfc)
    return String(scalars)
  }

  /// Whether two attribute names or URNs are the same: ASCII case does not count (RFC 7643 §2.1).
  package static func sameName(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && (left == right || sameName(left.utf8, right.utf8))
  }

  static func sameName(
    _ left: some Collection<UInt8>, _ right: some Collection<UInt8>
  ) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).allSatisfy { lower($0) == lower($1) }
  }

  /// Whether `text` starts with `prefix`, ASCII case aside.
  package static func hasPrefix(_ text: String, _ prefix: String) -> Bool {
    let text = text.utf8
    let prefix = prefix.utf8
    guard text.count >= prefix.count else { return false }
    return zip(text, prefix).allSatisfy { lower($0) == lower($1) }
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }

  /// `text`, cut where it would make a sentence unreadable.
  package static func clipped(_ text: String, to limit: Int = 60) -> String {
    text.count <= limit ? text : text.prefix(limit) + "…"
  }
}
