import Transport

/// The token in an Authorization value: raw or after `Bearer`, in any case, even doubled.
///
/// Okta's Header Auth sends what the admin typed; some type "Bearer x" where Okta adds its own.
struct PresentedToken {
  let bytes: [UInt8]

  init?(_ value: String) {
    var rest = Array(value.utf8)[...]
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    func trim() {
      while let first = rest.first, isSpace(first) { rest.removeFirst() }
      while let last = rest.last, isSpace(last) { rest.removeLast() }
    }
    trim()
    while Self.beginsWithScheme(rest), rest.count > 6, isSpace(rest[rest.startIndex + 6]) {
      rest = rest.dropFirst(6)
      trim()
    }
    guard !rest.isEmpty, !(rest.count == 6 && Self.beginsWithScheme(rest)) else { return nil }
    bytes = Array(rest)
  }

  /// As `HashedToken` keeps it.
  var hash: String { Hex.encode(SHA256.hash(bytes)) }
  var looksLikeAPIKey: Bool { bytes.starts(with: "apikey_".utf8) }

  private static func beginsWithScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.prefix(6).elementsEqual("bearer".utf8) { $0 | 0x20 == $1 }
  }
}
