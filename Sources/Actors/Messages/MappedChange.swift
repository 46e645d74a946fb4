package import Transport

/// Mapping → state store: what a write means, decided against one version of its resource.
package final class MappedChange: Sendable {
  package let write: AcceptedWrite
  /// The resource it is about; another than the write names when a POST finds a former employee.
  package let target: ResourceKey
  package let decision: Decision
  /// By what it was mapped; nil where that plays no part.
  package let mapping: ConnectionMapping?
  /// Given to the caller once the outcome is durable; the store replaces it when it refuses.
  package let answer: SCIMAnswer
  package let verdict = VerdictSlot()

  package init(
    write: AcceptedWrite, target: ResourceKey, decision: Decision,
    mapping: ConnectionMapping? = nil, answer: SCIMAnswer
  ) {
    self.write = write
    self.target = target
    self.decision = decision
    self.mapping = mapping
    self.answer = answer
  }

  package enum Decision: Sendable {
    /// The resource becomes this, if it is still what that was made from.
    case apply(ResourceState)
    /// Nothing to change in the resource that outcome left behind.
    case unchanged(seen: UInt64)
    /// The write cannot be applied, whatever the store holds.
    case refuse(SCIMError)
  }
}

/// One resource and its unified record as they will stand after a change, rendered once, as bytes.
package struct ResourceState: Sendable {
  /// The version it had; 0 when the resource must not exist yet.
  package let base: Int
  /// The outcome this was computed from (`ResourceRow.contentSeq`); 0 when there must be none.
  package let seen: UInt64
  package let created: Timestamp
  package let lastModified: Timestamp
  /// The stored form: `id` after `schemas`, `meta` last, no location. Nil once deleted.
  package let resource: [UInt8]?
  /// What no schema defines, kept beside the resource; nil when there is none.
  package let unknown: [UInt8]?
  package let keys: ResourceKeys
  /// What it was found by before, when whoever made this has read that anyway.
  package let formerKeys: ResourceKeys?
  /// The employee or group as events and the API show it; empty where applications see nothing.
  package let recordId: String
  package let record: [UInt8]
  /// The events this change raises, in order; empty when nothing visible changed.
  package let events: [EventDecision]
  /// What SCIM shows afterwards: it grows by one, except with changes of the record alone.
  package let version: Int
  /// When it happens, as its events say.
  package let time: Timestamp
  /// Whether what others compute from the resource stays right: only who stands behind a member
  /// changes.
  package let keepsContent: Bool
  /// How the members of a group change.
  package var members: MemberChange?

  package init(
    base: Int, seen: UInt64, created: Timestamp, lastModified: Timestamp, resource: [UInt8]?,
    unknown: [UInt8]?, keys: ResourceKeys, formerKeys: ResourceKeys? = nil, recordId: String,
    record: [UInt8], events: [EventDecision], version: Int? = nil, members: MemberChange? = nil,
    time: Timestamp? = nil,
    keepsContent: Bool = false
  ) {
    self.time = time ?? lastModified
    self.keepsContent = keepsContent
    self.base = base
    self.seen = seen
    self.created = created
    self.lastModified = lastModified
    self.resource = resource
    self.unknown = unknown
    self.keys = keys
    self.formerKeys = formerKeys
    self.recordId = recordId
    self.record = record
    self.events = events
    self.version = version ?? base + 1
    self.members = members
  }
}

/// What the store thought of a change, in memory; the disk is not waited for.
package enum Verdict: Sendable {
  case decided
  /// The resource or the connection's mapping moved on; map again.
  case stale
}
