package import Transport

/// Does the machine give the process what it needs?
package enum MachineChecks {
  /// - Parameters:
  ///   - limits: the text of /proc/PID/limits.
  ///   - isServer: whether it is the running server's, and not that of whoever asks.
  package static func descriptors(
    _ limits: String, needed: Int, isServer: Bool = false
  ) -> DoctorFinding {
    let line = limits.split(separator: "\n").first { $0.hasPrefix("Max open files") }
    let words = line?.split(separator: " ").dropFirst(3) ?? []
    // The server raises the soft limit to the hard one by itself.
    guard let hard = words.dropFirst().first else {
      return .warning(
        "descriptors", "the limit cannot be read", "Is /proc there? ulimit -n shows it as well.")
    }
    let allowed = Int(hard) ?? .max
    let shown = allowed == .max ? "any number" : DecimalText.grouped(allowed)
    let whom = isServer ? " to the running server" : ""
    let text = "\(shown) allowed\(whom), \(DecimalText.grouped(needed)) wanted"
    if allowed >= needed { return .ok("descriptors", text) }
    return .bad("descriptors", text, "LimitNOFILE=65536 in the unit, or fewer --max-connections.")
  }

  package static func clock(isKept: Bool?) -> DoctorFinding {
    switch isKept {
    case true?: .ok("clock", "kept right by a time service")
    case false?:
      .warning(
        "clock", "the kernel says that nothing keeps it right",
        "Start chrony or systemd-timesyncd: receivers refuse signatures five minutes off.")
    case nil:
      .warning("clock", "the kernel may not be asked", "See on the host: timedatectl")
    }
  }

  /// Seconds by which a clock may differ before somebody should know.
  package static let skewLimit: Int64 = 60

  /// - Parameters:
  ///   - theirs: a Date field that came over the network.
  ///   - ours: the middle of that exchange.
  package static func clock(theirs: Timestamp, ours: Timestamp) -> DoctorFinding {
    let seconds = theirs.seconds - ours.seconds
    guard seconds.magnitude >= UInt64(skewLimit) else {
      return .ok("clock", "agrees with the public address")
    }
    return .bad(
      "clock", "\(seconds.magnitude) s \(seconds > 0 ? "behind" : "ahead of") the public address",
      "Start chrony or systemd-timesyncd: receivers refuse signatures five minutes off.")
  }

  /// - Parameter failed: names without an address.
  package static func names(looked: [String], failed: [String]) -> DoctorFinding {
    if let first = failed.first {
      let more = failed.count > 1 ? " and \(failed.count - 1) more" : ""
      return .bad(
        "names", "\(first)\(more): no address", "Is the name right? Else see /etc/resolv.conf.")
    }
    let shown = looked.prefix(2).joined(separator: ", ")
    let more = looked.count > 2 ? " and \(looked.count - 2) more" : ""
    return looked.isEmpty
      ? .ok("names", "none to look up yet") : .ok("names", "\(shown)\(more) resolved")
  }
}
