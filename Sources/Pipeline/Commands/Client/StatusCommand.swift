package import Transport

/// `status`: the running server at a glance.
package enum StatusCommand {
  package static let command = Command(
    "status", abstract: "Show how the server that runs here is doing",
    options: ClientCommand.ownerOptions,
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        client.show(try await client.api.call("GET", "/status")) { screen($0, now: .now) }
      }
    })

  package static func screen(_ status: JSONValue, now: Timestamp) -> String {
    let listen = (status["listen"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
    var lines = [
      "scim-hris \(text(status, "version"))   \(text(status, "spool"))   listening on \(listen)"
        + up(status, now)
    ]
    lines.append("  state     \(state(status))")
    lines.append("  public    \(text(status, "publicUrl"))")
    let disk = status["disk"]
    let free = ByteSize.rounded(disk?["freeBytes"]?.int ?? 0)
    let reserve = ByteSize.rounded(disk?["reserveBytes"]?.int ?? 0)
    let refusing = status["refusingWrites"]?.string ?? "no"
    lines.append("  disk      \(free) free, reserve \(reserve)   refusing writes: \(refusing)")
    let table = hops(status["hops"]?.array ?? [])
    return lines.map { $0 + "\n" }.joined() + table + connections(status) + webhooks(status, now)
  }

  private static func state(_ status: JSONValue) -> String {
    func count(_ name: String, _ noun: String) -> String {
      StartScreen.count(status[name]?.int ?? 0, noun)
    }
    let things = [
      count("employees", "employee"), count("consumers", "consumer"),
      count("connections", "connection"),
      StartScreen.count(status["webhooks"]?.array?.count ?? 0, "webhook"),
    ]
    return things.joined(separator: ", ")
      + "; \(count("eventsWaiting", "event")) waiting, \(count("deadLetters", "dead letter"))"
  }

  private static func up(_ status: JSONValue, _ now: Timestamp) -> String {
    guard let start = status["startedAt"]?.string.flatMap({ Timestamp(parsing: $0) }) else {
      return ""
    }
    return "   up \(DurationText.ago(seconds: Int(now.seconds - start.seconds)))"
  }

  private static func hops(_ hops: [JSONValue]) -> String {
    var table = TextTable([
      .init("hop", width: 14), .init("last", .right, width: 10),
      .init("durable", .right, width: 10),
    ])
    table.rows = hops.map { hop in
      [
        text(hop, "name"), DecimalText.grouped(hop["lastSeq"]?.int ?? 0),
        DecimalText.grouped(hop["durableSeq"]?.int ?? 0),
      ]
    }
    return hops.isEmpty ? "" : table.text
  }

  /// A line for each connection that cannot get in.
  private static func connections(_ status: JSONValue) -> String {
    (status["troubled"]?.array ?? []).map { connection in
      "! \(text(connection, "id")) (\(text(connection, "serviceId"))): "
        + text(connection, "statusDetail") + "\n"
    }.joined()
  }

  /// A line for each webhook that is behind: "! wh_b41: 612 events wait, oldest 4 h, …".
  private static func webhooks(_ status: JSONValue, _ now: Timestamp) -> String {
    (status["webhooks"]?.array ?? []).compactMap { webhook in
      let waiting = webhook["waiting"]?.int ?? 0
      let isOpen = webhook["breakerOpen"]?.bool ?? false
      guard waiting > 0 || isOpen else { return nil }
      var parts = ["\(StartScreen.count(waiting, "event")) wait"]
      if let oldest = webhook["oldest"]?.string.flatMap({ Timestamp(parsing: $0) }) {
        parts.append("oldest \(DurationText.ago(seconds: Int(now.seconds - oldest.seconds)))")
      }
      if let error = webhook["lastError"]?.string { parts.append(error) }
      if let next = webhook["nextAttempt"]?.string { parts.append("next attempt \(next)") }
      return "! \(text(webhook, "id")): \(parts.joined(separator: ", "))\n"
    }.joined()
  }

  private static func text(_ value: JSONValue, _ name: String) -> String {
    value[name]?.string ?? "-"
  }
}
