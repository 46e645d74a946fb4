import Transport

/// What a group's name says about it: its `type`, and of which team its members are.
package struct GroupRule: Sendable, Equatable {
  package enum Test: String, Sendable, CaseIterable {
    case prefix, suffix, contains, equals
  }

  package let test: Test
  package let text: String
  package let type: String?
  /// Whether the group is its members' team.
  package let isTeam: Bool
  /// The text as it is compared; folded once, not for every member of every group.
  private let folded: String

  package init(_ test: Test, _ text: String, type: String?, isTeam: Bool = false) {
    (self.test, self.text, self.type, self.isTeam) = (test, text, type, isTeam)
    folded = SCIMText.fold(text)
  }
}

extension GroupRule {
  /// Case does not count, as group names are typed by people.
  ///
  /// - Parameter name: folded.
  func matches(folded name: String) -> Bool {
    switch test {
    case .prefix: name.hasPrefix(folded)
    case .suffix: name.hasSuffix(folded)
    case .contains: name.contains(folded)
    case .equals: name == folded
    }
  }

  /// The group's name without what the rule looks for at its begin or end; the whole name where
  /// nothing would be left.
  func team(_ name: String) -> String {
    let count = text.count
    let rest =
      switch test {
      case .prefix: String(name.dropFirst(count))
      case .suffix: String(name.dropLast(count))
      case .contains, .equals: name
      }
    let trimmed = rest.drop { $0 == " " }
    let end = trimmed.lastIndex { $0 != " " }
    return end.map { String(trimmed[...$0]) } ?? name
  }
}
