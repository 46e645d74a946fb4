package import Transport

/// One resource and its employee in memory: rendered bytes and what indexes need, never a tree.
package struct ResourceRow: Sendable {
  package let key: ResourceKey
  package var version: Int
  package var created: Timestamp
  package var lastModified: Timestamp
  /// The stored form; nil once deleted.
  package var resource: [UInt8]?
  package var unknown: [UInt8]?
  package var keys: ResourceKeys
  package var employeeId: String
  package var employee: [UInt8]
  /// The outcome that made it what it is; an answer that shows it waits until that is durable.
  package var lastSeq: UInt64

  package var isDeleted: Bool { resource == nil }
}
