import CLinux

/// What the kernel knows of the wall clock: signatures carry its time, and verifiers compare.
package enum KernelClock {
  /// Whether a time service keeps the clock right; nil where the kernel may not be asked.
  package static var isKept: Bool? {
    let answer = clinux_clock_is_kept()
    return answer < 0 ? nil : answer == 1
  }
}
