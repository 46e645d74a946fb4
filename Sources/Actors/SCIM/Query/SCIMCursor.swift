package import Transport

/// Where a resource stands in a list: by the key it is sorted by, if it is, and among equals by its
/// type and by when it was created.
package struct SCIMSpot: Sendable, Hashable {
  package let key: SCIMSortKey?
  /// The position of its type in the list.
  package let type: Int
  /// The number of its row, which it keeps.
  package let row: Int

  package init(key: SCIMSortKey?, type: Int, row: Int) {
    self.key = key
    self.type = type
    self.row = row
  }

  /// Whether a list shows it before the other; equals keep their order whichever way is sorted.
  package func precedes(_ other: SCIMSpot, descending: Bool) -> Bool {
    if let key, let otherKey = other.key, key != otherKey { return (key < otherKey) != descending }
    return type != other.type ? type < other.type : row < other.row
  }
}

/// A cursor (RFC 9865): the last resource of a page, so that the next page begins behind it whatever
/// was created or deleted meanwhile. The server keeps nothing.
package struct SCIMCursor: Sendable, Equatable {
  /// How long a cursor can be used after its page.
  package static let lifetime = Duration.seconds(3600)
  /// The longest text that can be one.
  private static let maxLength = 1024
  private static let format: UInt8 = 1
  private static let headBytes = 27

  package let issued: Timestamp
  package let after: SCIMSpot

  package init(issued: Timestamp, after: SCIMSpot) {
    self.issued = issued
    self.after = after
  }

  /// Unreserved characters of a URL only.
  ///
  /// - Parameter identity: of the query; the cursor goes with no other.
  package func text(for identity: [UInt8]) -> String {
    var bytes = [Self.format, UInt8(truncatingIfNeeded: after.type), after.key == nil ? 0 : 1]
    bytes += Self.bigEndian(UInt64(bitPattern: issued.milliseconds))
    bytes += Self.bigEndian(UInt64(after.row))
    bytes += after.key?.bytes ?? []
    return Base64.encode(bytes + Self.seal(bytes, identity), .url)
  }

  /// - Throws: `invalidCursor` for what is none of this query, `expiredCursor`.
  package init(
    parsing text: String, for identity: [UInt8], at now: Timestamp
  ) throws(SCIMError) {
    guard text.utf8.count <= Self.maxLength, let sealed = Base64.decode(text, .url),
      sealed.count >= Self.headBytes, sealed[0] == Self.format
    else { throw Self.invalid }
    let bytes = Array(sealed.dropLast(8))
    guard Self.seal(bytes, identity) == Array(sealed.suffix(8)) else { throw Self.invalid }
    issued = Timestamp(milliseconds: Int64(bitPattern: Self.number(bytes[3..<11])))
    guard let row = Int(exactly: Self.number(bytes[11..<19])) else { throw Self.invalid }
    after = SCIMSpot(
      key: bytes[2] == 0 ? nil : SCIMSortKey(bytes: Array(bytes[19...])), type: Int(bytes[1]),
      row: row)
    guard now < issued.advanced(by: Self.lifetime) else { throw Self.expired }
  }

  private static let invalid = SCIMError(
    .invalidCursor, "This cursor does not belong to this query: start again without one")
  private static let expired = SCIMError(
    .expiredCursor, "This cursor is too old: start again without one")

  /// Tells a cursor of another query, or a damaged one; it is no secret.
  private static func seal(_ bytes: [UInt8], _ identity: [UInt8]) -> [UInt8] {
    Array(SHA256.hash(bytes + identity).prefix(8))
  }

  private static func bigEndian(_ value: UInt64) -> [UInt8] {
    stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }
}
