package import Transport

/// Mapping → state store: what a write means, decided against one version of its resource.
package final class MappedChange: Sendable {
  package let write: AcceptedWrite
  /// The resource it is about; another than the write names when a POST finds a former employee.
  package let target: ResourceKey
  package let decision: Decision
  /// Given to the caller once the outcome is durable; the store replaces it when it refuses.
  package let answer: SCIMAnswer
  package let verdict = VerdictSlot()

  package init(
    write: AcceptedWrite, target: ResourceKey, decision: Decision, answer: SCIMAnswer
  ) {
    self.write = write
    self.target = target
    self.decision = decision
    self.answer = answer
  }

  package enum Decision: Sendable {
    /// The resource becomes this, if it still has `base`.
    case apply(ResourceState)
    /// Nothing to change; the resource had this version.
    case unchanged(version: Int)
    /// The write cannot be applied, whatever the store holds.
    case refuse(SCIMError)
  }
}

/// One resource and its employee as they will stand after a change, rendered once, as bytes.
package struct ResourceState: Sendable {
  /// The version this was computed from; 0 when the resource must not exist yet.
  package let base: Int
  package let created: Timestamp
  package let lastModified: Timestamp
  /// The stored form: `id` after `schemas`, `meta` last, no location. Nil once deleted.
  package let resource: [UInt8]?
  /// What no schema defines, kept beside the resource; nil when there is none.
  package let unknown: [UInt8]?
  package let keys: ResourceKeys
  /// The employee as events and the API show it.
  package let employeeId: String
  package let employeeBytes: [UInt8]
  /// The events this change raises, in order; empty when nothing visible changed.
  package let events: [EmployeeEvents.Decision]

  package var version: Int { base + 1 }
}

/// What the store thought of a change, in memory; the disk is not waited for.
package enum Verdict: Sendable {
  case decided
  /// The resource moved on; map again.
  case stale
}
