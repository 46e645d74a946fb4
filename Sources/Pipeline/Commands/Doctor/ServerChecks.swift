package import Transport

/// Is the server there, and how does it feel?
package enum ServerChecks {
  package static func judge(_ status: JSONValue, now: Timestamp) -> [DoctorFinding] {
    let listen = (status["listen"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
    let start = status["startedAt"]?.string.flatMap { Timestamp(parsing: $0) }
    let up = start.map { ", up \(DurationText.ago(seconds: Int(now.seconds - $0.seconds)))" } ?? ""
    let version = status["version"]?.string ?? "?"
    var findings = [
      version == Version.current
        ? DoctorFinding.ok("server", "scim-hris \(version) on \(listen)\(up)")
        : .warning(
          "server", "scim-hris \(version) on \(listen)\(up); this is \(Version.current)",
          "Restart it to run this release.")
    ]
    if let reason = status["refusingWrites"]?.string {
      findings.append(.bad("writes", "refused: \(reason)", "See `spool ls`."))
    }
    if let letters = status["deadLetters"]?.int, letters > 0 {
      findings.append(
        .warning(
          "dead letters", "\(SpoolText.count(letters, "event")) given up", "See `spool dead ls`."))
    }
    let stuck = (status["webhooks"]?.array ?? []).filter { $0["breakerOpen"]?.bool == true }
    if let first = stuck.first {
      let more = stuck.count > 1 ? " and \(stuck.count - 1) more" : ""
      findings.append(
        .warning(
          "webhooks", "\(first["id"]?.string ?? "") is not reached\(more)",
          first["lastError"]?.string.map { "\($0); see `status`." } ?? "See `status`."))
    }
    return findings
  }

  /// - Parameter isHeld: whether a process holds the spool all the same.
  package static func absent(_ failure: ClientFailure, isHeld: Bool) -> DoctorFinding {
    isHeld
      ? .bad("server", "holds the spool and does not answer", failure.sentence)
      : .warning("server", "none runs on this spool", "Start one: scim-hris serve")
  }
}
