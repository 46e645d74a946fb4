/// How one write changes the members of a group: only what differs, whatever the group's size.
package struct MemberChange: Sendable, Equatable {
  /// Members that were not there, each value once.
  package var added: [SCIMMember]
  /// Members that were there and say something else of themselves now.
  package var changed: [SCIMMember]
  /// Values of members that were there.
  package var removed: [String]

  package init(
    added: [SCIMMember] = [], changed: [SCIMMember] = [], removed: [String] = []
  ) {
    self.added = added
    self.changed = changed
    self.removed = removed
  }

  package var isEmpty: Bool { added.isEmpty && changed.isEmpty && removed.isEmpty }
}
