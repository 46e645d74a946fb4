import CLinux

/// Lets work that is in no hurry stand back behind what callers wait for.
package enum ThreadPriority {
  /// The calling thread gets less of a busy processor from now on; no effect where that is refused.
  package static func lower() { _ = clinux_lower_priority(10) }
}
