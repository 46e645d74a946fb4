/// One input of a route as data: checked before any handler runs, documented from the same row.
struct APIInput: Sendable {
  let name: String
  let kind: Kind
  var required = false
  /// Whether JSON null is allowed, which then clears the stored value.
  var nullable = false
  let summary: String
  /// Shown in documents and forms; made up from the kind when nil.
  var example: String?

  enum Kind: Sendable {
    /// At least one character that is not a space, at most `limit` UTF-8 bytes.
    case text(limit: Int)
    case boolean
    case integer(ClosedRange<Int>)
    case choice([String])
    /// A JSON array of distinct strings out of these (any string when nil); at most 1,000.
    case list(of: [String]?)
    /// RFC 3339.
    case timestamp
    /// A line's number, or RFC 3339.
    case place
    /// A JSON object; its members are the handler's to check.
    case object
  }

  init(
    _ name: String, _ kind: Kind, required: Bool = false, nullable: Bool = false,
    example: String? = nil, _ summary: String
  ) {
    self.name = name
    self.kind = kind
    self.required = required
    self.nullable = nullable
    self.summary = summary
    self.example = example
  }
}
