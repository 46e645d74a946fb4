package import Transport

/// One resource and its unified record in memory: rendered bytes and what indexes need, never a tree.
package struct ResourceRow: Sendable {
  package let key: ResourceKey
  package var version: Int
  package var created: Timestamp
  package var lastModified: Timestamp
  /// The stored form; nil once deleted.
  package var resource: [UInt8]?
  package var unknown: [UInt8]?
  package var keys: ResourceKeys
  /// `emp_…` or `grp_…`; empty for a type that applications do not see.
  package var recordId: String
  /// The employee or group as events and the API show it, or nothing.
  package var record: [UInt8]
  /// How an employee names its manager; nil for anything else.
  package var manager: ManagerLink?
  /// The outcome that made it what a change is computed from.
  package var contentSeq: UInt64
  /// The newest outcome it shows anything of; an answer that shows it waits until that is durable.
  package var lastSeq: UInt64

  package var isDeleted: Bool { resource == nil }

  /// The employee id of its manager, once known.
  package var managerId: String? {
    if case .employee(let id)? = manager { id } else { nil }
  }

  /// Whether the record was rendered with groups in it.
  package var mentionsGroups: Bool {
    guard let groups = OutcomeMembers(record)?["groups"] else { return false }
    return groups.count > 2
  }
}
