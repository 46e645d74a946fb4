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

  /// Members one write may bring, change or remove; its outcome must fit into one line.
  package static let countLimit = 50_000
  /// Bytes of the members one write names.
  package static let sizeLimit = 6 << 20

  /// Whether one write may change so many.
  package var isPossible: Bool {
    guard added.count + changed.count + removed.count <= Self.countLimit else { return false }
    let named = (added + changed).reduce(0) { sum, member in
      sum + member.value.utf8.count + (member.display?.utf8.count ?? 0)
        + (member.ref?.utf8.count ?? 0) + (member.type?.utf8.count ?? 0)
    }
    return removed.reduce(named) { $0 + $1.utf8.count } <= Self.sizeLimit
  }

  package var isEmpty: Bool { added.isEmpty && changed.isEmpty && removed.isEmpty }
}
