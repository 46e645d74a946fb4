/// One stage of the pipeline: an actor that works through its stream until the stream ends.
///
/// A stage returns when its input is finished and drained. It throws only what it cannot go on
/// after; the supervisor then ends the process with that reason, it never starts a stage again.
package protocol Stage: Actor {
  nonisolated var name: StageName { get }
  func run() async throws
}

/// The stages, in the order a write passes them, and the one that forgets.
package enum StageName: String, Sendable, CaseIterable {
  case ingress
  case authentication
  case mapping
  case store = "state store"
  case delivery
  case erasing
}
