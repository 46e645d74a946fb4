import Transport

/// `/scim/v2/{slug}/…` taken apart; doubled and trailing slashes count for nothing.
struct RequestPath: Equatable {
  let slug: String?
  /// What follows the slug, percent-decoded.
  let segments: [String]

  /// - Parameter path: as sent, still percent-encoded, without query.
  init(_ path: Substring) {
    var parts = path.utf8.split(separator: UInt8(ascii: "/")).map { part in
      part.contains(UInt8(ascii: "%"))
        ? HTTPPercent.decode(Array(part)) : String(Substring(part))
    }
    if parts.first == "scim" { parts.removeFirst() }
    if parts.first == "v2" { parts.removeFirst() }
    slug = parts.first
    segments = Array(parts.dropFirst())
  }
}
