package import Transport

/// What a later start found; no secret is among it.
package struct SpoolFound: Sendable {
  package enum LastStop: Sendable, Equatable {
    case clean(Timestamp)
    /// When the last record was written, if there is one.
    case crash(Timestamp?)
  }

  package struct Connection: Sendable, Equatable {
    package var serviceId: String
    package var baseURL: String
    /// The first characters of the newest token, as the API shows them: "scimtok_EXAM".
    package var tokenPrefix: String
    package var lastUsed: Timestamp?

    package init(
      serviceId: String, baseURL: String, tokenPrefix: String, lastUsed: Timestamp?
    ) {
      self.serviceId = serviceId
      self.baseURL = baseURL
      self.tokenPrefix = tokenPrefix
      self.lastUsed = lastUsed
    }
  }

  package var employees = 0
  package var consumers = 0
  package var webhooks = 0
  package var waitingEvents = 0
  package var deadLetters = 0
  package var connections: [Connection] = []
  package var lastStop: LastStop
  package var tornLines = 0
  /// Accepted writes without an outcome that were decided again.
  package var writesRunAgain = 0
  package var format = SpoolRelease.written

  package init(lastStop: LastStop) { self.lastStop = lastStop }
}

extension StartScreen {
  /// Connections that get a line of their own.
  private static let shownConnections = 5

  package static func again(
    version: String, spool: String, apiURL: String, found: SpoolFound, now: Timestamp
  ) -> String {
    var lines = [
      "scim-hris \(version)   opened spool: \(spool)   (last stop: \(lastStop(found, now)))"
    ]
    if let recovered = recovered(found) { lines.append("  recovered " + recovered) }
    lines.append("  state     " + state(found))
    if found.format < SpoolRelease.written {
      lines.append("  format    \(found.format); \(formatAdvice)")
    }
    for connection in found.connections.prefix(shownConnections) {
      lines.append("  " + line(connection, now))
    }
    if found.connections.count > shownConnections {
      let rest = found.connections.count - shownConnections
      lines.append("            and \(count(rest, "connection")) more: `status` lists all")
    }
    lines.append(
      "  API       \(apiURL)   (secrets are not shown again: `token new`, `key new`)")
    return lines.map { $0 + "\n" }.joined()
  }

  /// What the newer format brings, and what it costs.
  static let formatAdvice =
    "--upgrade-format: snapshots, retention; the release before can't be put back"

  private static func lastStop(_ found: SpoolFound, _ now: Timestamp) -> String {
    switch found.lastStop {
    case .clean(let time): "clean, \(ago(time, now))"
    case .crash(let time?): "crash at \(time.description.dropFirst(11).prefix(8))Z"
    case .crash(nil): "crash"
    }
  }

  private static func state(_ found: SpoolFound) -> String {
    let things = [
      count(found.employees, "employee"), count(found.consumers, "consumer"),
      count(found.connections.count, "connection"), count(found.webhooks, "webhook"),
    ]
    let waiting = [count(found.waitingEvents, "event") + " waiting"]
    let dead = [count(found.deadLetters, "dead letter")]
    return things.joined(separator: ", ") + "; " + (waiting + dead).joined(separator: ", ")
  }

  private static func line(_ connection: SpoolFound.Connection, _ now: Timestamp) -> String {
    let used = connection.lastUsed.map { "used \(ago($0, now))" } ?? "never used"
    return label(connection.serviceId).padded(to: 10) + connection.baseURL
      + "  token \(connection.tokenPrefix)… \(used)"
  }

  /// How people call the identity provider of a service.
  private static func label(_ serviceId: String) -> String {
    switch serviceId {
    case "okta-scim": "Okta"
    case "entra-scim": "Entra"
    case "onelogin-scim": "OneLogin"
    case "jumpcloud-scim": "JumpCloud"
    default: "SCIM"
    }
  }

  private static func recovered(_ found: SpoolFound) -> String? {
    var parts: [String] = []
    if found.tornLines > 0 {
      parts.append("\(count(found.tornLines, "torn line")) cut, kept in torn/")
    }
    if found.writesRunAgain > 0 {
      parts.append("\(count(found.writesRunAgain, "accepted write")) run again")
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  private static func ago(_ time: Timestamp, _ now: Timestamp) -> String {
    DurationText.ago(seconds: Int(now.seconds - time.seconds)) + " ago"
  }

  /// "1 employee", "21 employees".
  package static func count(_ number: Int, _ noun: String) -> String {
    "\(DecimalText.grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }
}
