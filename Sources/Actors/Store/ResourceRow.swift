package import Transport

/// One resource and its unified record, read whole: rendered bytes, never a tree.
package struct ResourceRow: Sendable {
  package let key: ResourceKey
  package var version: Int
  package var created: Timestamp
  package var lastModified: Timestamp
  /// The stored form; nil once deleted.
  package var resource: [UInt8]?
  package var unknown: [UInt8]?
  /// `emp_…` or `grp_…`; empty for a type that applications do not see.
  package var recordId: String
  /// The employee or group as events and the API show it, or nothing.
  package var record: [UInt8]
  /// Nil when no loaded file defines it any more.
  package var type: SCIMResourceType?
  /// False only for who is there and out of use.
  package var isActive: Bool
  /// The outcome that made it what a change is computed from.
  package var contentSeq: UInt64
  /// The newest outcome it shows anything of; an answer that shows it waits until that is durable.
  package var lastSeq: UInt64

  package var isDeleted: Bool { resource == nil }

  /// What it is found by, read from its bytes; of a deleted one what it is recognised by.
  package var keys: ResourceKeys {
    resource.map { ResourceKeys(stored: $0, type: type) }
      ?? ResourceKeys(formerly: record, isUser: isUser)
  }

  private var isUser: Bool { key.type == SCIMResourceType.user.segment }

  /// How an employee names its manager; nil for anything else.
  var manager: ManagerLink? { isUser ? ManagerLink(record: record) : nil }

  /// The employee id of its manager, once known.
  package var managerId: String? {
    if case .employee(let id)? = manager { id } else { nil }
  }
}

extension ResourceKeys {
  /// What a deleted resource is recognised by when it comes back.
  init(formerly record: [UInt8], isUser: Bool) {
    self.init(externalId: isUser ? OutcomeMembers(record)?.text("externalId") : nil)
  }
}
