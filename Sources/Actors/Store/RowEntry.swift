import Transport

/// What one applied outcome leaves of its resource, as the state takes it in: computed from the line
/// alone, by whoever commits it or reads it back.
struct RowEntry: Sendable {
  var key: ResourceKey
  var version: Int
  var created: Timestamp
  var lastModified: Timestamp
  var isDeleted: Bool
  /// Nothing is left of it but its ids.
  var isErased = false
  /// What it is found by; once deleted, only what it is recognised by.
  var keys: ResourceKeys
  /// What it was found by before, where that is known without reading.
  var formerKeys: ResourceKeys?
  /// `emp_…` or `grp_…`; empty for a type that applications do not see.
  var recordId: String
  /// How an employee names its manager; nil for anything else.
  var manager: ManagerLink?
  /// How employees show it, if it is a group.
  var group: GroupSummary?
  var contentSeq: UInt64
  var seq: UInt64
  var parts: BodyParts
  var body: Body
  /// Of the newest event of its connection; nil when the line has none.
  var sequence: Int?

  enum Body: Sendable {
    /// The line's data, until it is known where they stand.
    case held([UInt8])
    case filed(RecordFiles.Name, offset: UInt64)
  }
}

/// A line of `3-committed`, read and taken apart, ready to be folded; reading many is done side by
/// side, folding them in order.
package struct FoldedLine: Sendable {
  enum Content: Sendable {
    case administration(AdminLine)
    /// Nothing changes: a refusal, or a write without effect.
    case nothing
    case applied(RowEntry, CommittedMembers?)
  }

  package let seq: UInt64
  let request: String
  let accepted: UInt64?
  let content: Content
}
