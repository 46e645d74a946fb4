import Transport

/// What a group's name says about it: its `type`, and of which team its members are.
package struct GroupRule: Sendable, Equatable {
  package enum Test: String, Sendable, CaseIterable {
    case prefix, suffix, contains, equals
  }

  package var test: Test
  package var text: String
  package var type: String?
  /// Whether the group is its members' team.
  package var isTeam: Bool

  package init(_ test: Test, _ text: String, type: String?, isTeam: Bool = false) {
    (self.test, self.text, self.type, self.isTeam) = (test, text, type, isTeam)
  }
}

extension GroupRule {
  /// Case does not count, as group names are typed by people.
  func matches(_ name: String) -> Bool {
    let (name, text) = (SCIMText.fold(name), SCIMText.fold(text))
    return switch test {
    case .prefix: name.hasPrefix(text)
    case .suffix: name.hasSuffix(text)
    case .contains: name.contains(text)
    case .equals: name == text
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
