import Actors
package import Transport

/// Which events which webhook has not been given yet, from cursors, ledger and log alone: the
/// same question a start asks, answered for whoever looks.
package struct SpoolDeliveries: Sendable {
  /// An event that waits.
  struct Waiting: Sendable {
    let position: DeliveryQueue.Position
    let event: String
    let committed: Timestamp
  }

  /// One webhook that is not disabled.
  struct State: Sendable {
    let webhook: Webhook
    var cursor: DeliveryCursor
    /// By employee or group, in order.
    var waiting: [String: [Waiting]] = [:]
    /// `data` of its newest attempt.
    var newest: JSONObject?
    /// Per key, up to where the ledger says that it is done.
    fileprivate var done: [String: DeliveryQueue.Position] = [:]
    /// What the cursor calls parked, by key.
    fileprivate var parked: [String: DeliveryCursor.Parked] = [:]
    /// Attempts the ledger counts for a key's first event, and when the next is due.
    fileprivate(set) var tried: [String: (attempts: Int, next: Timestamp?)] = [:]

    var count: Int { waiting.values.reduce(0) { $0 + $1.count } }
    var oldest: Waiting? { waiting.values.compactMap(\.first).min { $0.position < $1.position } }

    /// When the receiver is looked after again; only while the newest attempt was such a look.
    var probe: Timestamp? {
      guard newest?["probe"]?.bool == true, newest?["result"]?.string == "retry" else { return nil }
      return newest?["next"]?.string.flatMap { Timestamp(parsing: $0) }
    }

    /// In words what the newest attempt failed of; nil after a success.
    var lastError: String? {
      guard newest?["result"]?.string != "delivered" else { return nil }
      return newest.map(Self.words)
    }

    static func words(_ attempt: JSONObject) -> String {
      attempt["status"]?.int.map { "answered \($0)" } ?? attempt["error"]?.string ?? "no answer"
    }
  }

  let configuration: SpoolConfiguration
  private let filters: [String: WebhookFilter]
  /// By webhook.
  private(set) var states: [String: State] = [:]

  /// Blocks; reads `4-attempts`, and of `3-committed` what some webhook has not done.
  package init(_ reader: SpoolReader) throws {
    try self.init(reader, SpoolConfiguration(reader))
  }

  init(_ reader: SpoolReader, _ configuration: SpoolConfiguration) throws {
    self.configuration = configuration
    let known = configuration.configuration
    filters = known.webhooks.mapValues { WebhookFilter($0) { known } }
    var cursors: [String: DeliveryCursor] = [:]
    for (name, value) in try reader.cursors() where name.hasPrefix("delivery-") {
      cursors[String(name.dropFirst(9))] = value.object.flatMap { try? DeliveryCursor(json: $0) }
    }
    for webhook in configuration.configuration.webhooks.values where webhook.status != .disabled {
      var cursor = DeliveryCursor(since: webhook.since, ledgerFrom: 0)
      if let saved = cursors[webhook.id], saved.since == webhook.since { cursor = saved }
      var state = State(webhook: webhook, cursor: cursor)
      for parked in cursor.parked {
        state.parked[parked.key] = parked
        if !parked.isDone { state.tried[parked.key] = (parked.attempts, parked.next) }
      }
      states[webhook.id] = state
    }
    try readLedger(reader, from: try ledgerStart(reader))
    try readEvents(reader)
    // Rarely: whoever waits was tried last so long ago.
    if waiting.contains(where: { $0.newest == nil }) { try readLedger(reader, from: 0) }
  }

  /// What the cursors say is held: "wh_…" or "wh_… emp_…".
  var held: [String] {
    states.values.flatMap(\.cursor.holds).map { hold in
      hold.key.map { "\(hold.webhookId) \($0)" } ?? hold.webhookId
    }.sorted()
  }

  /// "wh_… is sent lines 5–9 again", for each that has not come to its end.
  var runs: [String] {
    states.values.flatMap { state in
      state.cursor.runs.map { run in
        let lines = "\(SpoolText.grouped(run.plan.from))–\(SpoolText.grouped(run.plan.through))"
        return run.plan.kind == .replay
          ? "\(state.webhook.id) is sent lines \(lines) again"
          : "\(state.webhook.id) is sent the present state of everybody"
      }
    }.sorted()
  }

  /// Sorted by who waits longest.
  var waiting: [State] {
    states.values.filter { !$0.waiting.isEmpty }.sorted {
      guard let left = $0.oldest, let right = $1.oldest, left.position != right.position
      else { return $0.webhook.id < $1.webhook.id }
      return left.position < right.position
    }
  }
}

// MARK: Reading

extension SpoolDeliveries {
  /// Lines of the ledger among which each webhook's newest attempt is, as a rule.
  private static let recent: UInt64 = 20_000

  private func ledgerStart(_ reader: SpoolReader) throws -> UInt64 {
    guard let hop = reader.hops.first(where: { $0.name == SpoolHops.attempts }),
      let last = try reader.summary(of: hop).lines?.upperBound
    else { return 0 }
    let start = last > Self.recent ? last - Self.recent : 0
    return states.values.reduce(start) { min($0, $1.cursor.ledgerFrom) }
  }

  private mutating func readLedger(_ reader: SpoolReader, from seq: UInt64) throws {
    guard reader.hops.contains(where: { $0.name == SpoolHops.attempts }) else { return }
    var last: [String: SpoolLine] = [:]
    try reader.forEachLine(of: SpoolHops.attempts, from: seq) { line in
      let parts = line.key.split(separator: "/", maxSplits: 1)
      guard line.type.hasPrefix("attempt."), let id = parts.first.map(String.init),
        let from = states[id]?.cursor.ledgerFrom
      else { return true }
      last[id] = line
      if line.seq >= from { note(line, of: id) }
      return true
    }
    for (id, line) in last {
      states[id]?.newest = (try? JSONValue(parsing: line.data))?.object
    }
  }

  private mutating func note(_ line: SpoolLine, of webhook: String) {
    guard let data = (try? JSONValue(parsing: line.data))?.object,
      data["trigger"]?.string == nil || data["trigger"]?.string == "schedule",
      let key = data["key"]?.string, let seq = data["seq"]?.int
    else { return }
    let position = DeliveryQueue.Position(seq: UInt64(seq), index: data["index"]?.int ?? 0)
    guard data["result"]?.string == "retry" else {
      states[webhook]?.done[key, default: position].raise(to: position)
      states[webhook]?.tried[key] = nil
      return
    }
    let next = data["next"]?.string.flatMap { Timestamp(parsing: $0) }
    states[webhook]?.tried[key] = (data["attempt"]?.int ?? 1, next)
  }

  private mutating func readEvents(_ reader: SpoolReader) throws {
    let lowest = states.values.flatMap { state in
      [state.cursor.high + 1] + state.cursor.parked.map(\.position.seq)
    }.min()
    let ids = Array(states.keys)
    guard let lowest, reader.hops.contains(where: { $0.name == SpoolHops.committed })
    else { return }
    try reader.forEachLine(of: SpoolHops.committed, from: lowest) { line in
      guard !line.type.hasPrefix("admin."),
        let outcome = try? CommittedOutcome(seq: line.seq, data: line.data)
      else { return true }
      for (index, event) in outcome.events.enumerated() {
        let position = DeliveryQueue.Position(seq: line.seq, index: index)
        for id in ids { note(event, at: position, line.timestamp, for: id) }
      }
      return true
    }
  }

  /// The state stays where it is meanwhile: a copy of it would cost as much as it holds.
  private mutating func note(
    _ event: CommittedEvent, at position: DeliveryQueue.Position, _ committed: Timestamp,
    for id: String
  ) {
    guard states[id]?.isOpen(event.key, position) == true, let webhook = states[id]?.webhook,
      wants(webhook, event)
    else { return }
    states[id]?.waiting[event.key, default: []].append(
      Waiting(position: position, event: event.id, committed: committed))
  }

  /// Whether an event concerns a webhook.
  func wants(_ webhook: Webhook, _ event: CommittedEvent) -> Bool {
    filters[webhook.id]?.accepts(event) ?? false
  }
}

extension SpoolDeliveries.State {
  /// Whether neither cursor nor ledger says that the event at this place is done.
  fileprivate func isOpen(_ key: String, _ position: DeliveryQueue.Position) -> Bool {
    if let done = done[key], position <= done { return false }
    if position.seq > cursor.high { return true }
    guard let parked = parked[key] else { return false }
    return parked.isDone ? parked.position < position : parked.position <= position
  }
}

extension DeliveryQueue.Position {
  /// In place, so that the table it stands in is not copied.
  fileprivate mutating func raise(to other: DeliveryQueue.Position) { self = max(self, other) }
}
