import Transport

/// The token in an Authorization value: raw or after `Bearer`, in any case, even doubled.
///
/// Okta's Header Auth sends what the admin typed; some type "Bearer x" where Okta adds its own.
struct PresentedToken {
  let text: Substring

  init?(_ value: String) {
    var rest = value[...]
    func trim() {
      while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
      while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
    }
    trim()
    while rest.count > 6, rest.prefix(6).lowercased() == "bearer",
      rest.dropFirst(6).first == " " || rest.dropFirst(6).first == "\t"
    {
      rest = rest.dropFirst(6)
      trim()
    }
    guard !rest.isEmpty, rest.lowercased() != "bearer" else { return nil }
    text = rest
  }

  var hash: [UInt8] { SHA256.hash(Array(text.utf8)) }
  var looksLikeAPIKey: Bool { text.hasPrefix("apikey_") }
}
