package import Transport

/// What another mapping would make of people and groups that are there: counted over all that were
/// looked at, with some of them shown.
package struct MappingPreview: Sendable {
  /// One field of one person, as applications see it now and as they would.
  package struct Difference: Sendable, Equatable {
    /// A member of `customFields` stands by itself: `customFields.badge`.
    package let field: String
    package let before: JSONValue
    package let after: JSONValue
  }

  /// One person or group that would change.
  package struct Change: Sendable {
    package let id: String
    package let name: String?
    package let differences: [Difference]
  }

  /// How many would see a field change, and how many of them lose it.
  package struct Count: Sendable, Equatable {
    package var changed = 0
    package var emptied = 0
  }

  /// People or groups.
  package struct Part: Sendable {
    /// How many there are, how many were looked at, and how many of those would change.
    package internal(set) var total = 0
    package internal(set) var checked = 0
    package internal(set) var changed = 0
    package private(set) var fields: [String: Count] = [:]
    /// The first that would change.
    package private(set) var shown: [Change] = []
  }

  package internal(set) var employees = Part()
  package internal(set) var groups = Part()

  package init() {}

  package static let shownLimit = 50
}

extension MappingPreview.Part {
  mutating func note(_ id: String, _ name: String?, _ differences: [MappingPreview.Difference]) {
    checked += 1
    if differences.isEmpty { return }
    changed += 1
    for difference in differences {
      fields[difference.field, default: .init()].changed += 1
      if difference.after.isVoid { fields[difference.field]?.emptied += 1 }
    }
    if shown.count < MappingPreview.shownLimit {
      shown.append(.init(id: id, name: name, differences: differences))
    }
  }
}

extension MappingPreview {
  mutating func note(_ subject: RemappingSubject, at now: Timestamp) {
    if subject.row.key.type == SCIMResourceType.group.segment {
      guard let (old, new) = subject.groups(at: now) else { return }
      groups.note(old.id, old.name, Self.differences(old, new))
    } else {
      guard let (old, new) = subject.employees(at: now) else { return }
      employees.note(old.id, old[.displayName].string, Self.differences(old, new))
    }
  }

  private static func differences(_ old: Group, _ new: Group) -> [Difference] {
    let (before, after) = (old.json, new.json)
    return Group.changes(from: old, to: new).map {
      Difference(field: $0, before: before[$0] ?? .null, after: after[$0] ?? .null)
    }
  }

  private static func differences(_ old: Employee, _ new: Employee) -> [Difference] {
    Employee.changes(from: old, to: new).flatMap { field -> [Difference] in
      guard field == .customFields else {
        return [Difference(field: field.name, before: old[field], after: new[field])]
      }
      let before = old[field].object ?? JSONObject()
      let after = new[field].object ?? JSONObject()
      let names =
        before.members.map(\.name)
        + after.members.map(\.name).filter { before[$0] == nil }
      return names.filter { before[$0] != after[$0] }.map { name in
        Difference(
          field: "\(field.name).\(name)", before: before[name] ?? .null,
          after: after[name] ?? .null)
      }
    }
  }
}
