import Transport

/// Which events of a stretch of the log a replay sends, of those the webhook's filter lets through.
package struct DeliverySelection: Sendable, Equatable {
  /// Only these types.
  package var types: [String]?
  /// Only of this employee or group.
  package var key: String?
  /// Only these events, by id.
  package var events: Set<String>?
  /// Only what one of these tells was never sent.
  package var missed: [DeliveryMissed]?

  package init() {}

  package var isEverything: Bool { self == DeliverySelection() }

  /// Whether nothing of what was missed stays out.
  package var isAllMissed: Bool {
    missed != nil && types == nil && key == nil && events == nil
  }

  package func includes(_ event: CommittedEvent, at place: DeliveryQueue.Position) -> Bool {
    types?.contains(event.type) ?? true
      && key.map { $0 == event.key } ?? true
      && events?.contains(event.id) ?? true
      && missed?.contains { $0.lacks(event.key, at: place) } ?? true
  }
}

/// What a webhook was not sent when it was disabled, and what was committed until it was enabled
/// again. It holds nothing back: retention may take the lines.
package struct DeliveryMissed: Sendable, Equatable {
  /// The first and last line of which it may lack events.
  package var from: UInt64
  package var through: UInt64
  /// Everything up to this line was done, except for `keys`.
  package var high: UInt64
  /// Per employee or group that was not where the others were: the first place not done.
  package var keys: [String: DeliveryQueue.Position]
  /// Lines of the ledger that tell more than that; nil once they have been heard.
  package var ledger: ClosedRange<UInt64>?
  /// The replay that was cut off and whose attempts those lines tell of; nil: the log's own.
  package var run: String?
  /// Whether a snapshot was on its way, of which the rest is lost.
  package var lacksSnapshot: Bool

  /// - Parameters:
  ///   - cursor: the one its last life left.
  ///   - through: the line that enabled it again.
  package init(_ cursor: DeliveryCursor, through: UInt64) {
    high = cursor.high
    keys = [:]
    for parked in cursor.parked { keys[parked.key] = parked.first }
    from = keys.values.reduce(high + 1) { min($0, $1.seq) }
    self.through = through
    lacksSnapshot = cursor.runs.contains { $0.plan.kind == .snapshot }
    ledger = cursor.ledger(from: cursor.ledgerFrom)
  }

  /// - Returns: what of it is left when `run`, which was sending it, went no further; nil: nothing.
  package func rest(of run: DeliveryCursor.Run, in cursor: DeliveryCursor) -> DeliveryMissed? {
    var rest = self
    rest.high = max(high, run.high)
    var undone: [String: DeliveryQueue.Position] = [:]
    for parked in run.parked { undone[parked.key] = parked.first }
    for key in Set(keys.keys).union(undone.keys) {
      let known = keys[key] ?? .init(seq: high + 1, index: 0)
      rest.keys[key] = max(known, undone[key] ?? .init(seq: run.high + 1, index: 0))
    }
    rest.from = rest.keys.values.reduce(rest.high + 1) { min($0, $1.seq) }
    (rest.ledger, rest.run) = (cursor.ledger(from: run.ledgerFrom), run.plan.id)
    return rest.from <= rest.through ? rest : nil
  }

  package func lacks(_ key: String, at place: DeliveryQueue.Position) -> Bool {
    guard from...through ~= place.seq else { return false }
    if let first = keys[key] { return place >= first }
    return place.seq > high
  }

  /// What the ledger told of the log's own attempts.
  mutating func hear(_ entry: DeliveryQueue.LedgerEntry) {
    let first = entry.next == nil ? entry.position.following : entry.position
    if let known = keys[entry.key] {
      keys[entry.key] = max(known, first)
    } else if entry.position.seq > high {
      keys[entry.key] = first
    }
  }
}

extension DeliveryQueue.Position {
  fileprivate var following: Self { Self(seq: seq, index: index + 1) }
}

extension DeliveryCursor {
  /// Lines of the ledger it did not take in; nil when there are none.
  fileprivate func ledger(from first: UInt64) -> ClosedRange<UInt64>? {
    let end = max(holdsFrom, 1) - 1
    return first <= end ? first...end : nil
  }
}

extension DeliveryCursor.Parked {
  /// The first place of its key that is not done.
  fileprivate var first: DeliveryQueue.Position { isDone ? position.following : position }
}

// MARK: - In a cursor

extension DeliverySelection {
  init(json: JSONValue?) throws(RecordError) {
    types = json?["types"]?.array?.compactMap(\.string)
    key = json?["key"]?.string
    events = json?["events"]?.array.map { Set($0.compactMap(\.string)) }
    guard let spans = json?["missed"]?.array else { return }
    var missed: [DeliveryMissed] = []
    for span in spans { missed.append(try DeliveryMissed(json: try RecordReader(span, "missed"))) }
    self.missed = missed
  }

  var json: JSONValue {
    func list(_ texts: [String]) -> JSONValue { .array(texts.map { JSONValue($0) }) }
    var json = JSONObject()
    json["types"] = types.map(list)
    json["key"] = key.map { JSONValue($0) }
    json["events"] = events.map { list($0.sorted()) }
    json["missed"] = missed.map { .array($0.map(\.json)) }
    return .object(json)
  }
}

extension DeliveryMissed {
  init(json: RecordReader) throws(RecordError) {
    func number(_ name: String) throws(RecordError) -> UInt64 {
      guard let number = json.object[name]?.int, number >= 0 else { throw .missing(member: name) }
      return UInt64(number)
    }
    from = try number("from")
    through = max(try number("through"), from)
    high = try number("high")
    lacksSnapshot = json.object["snapshot"]?.bool ?? false
    run = json.optionalString("run")
    keys = [:]
    for element in json.object["keys"]?.array ?? [] {
      let key = try RecordReader(element, "keys")
      keys[try key.string("key")] = .init(
        seq: UInt64(key.object["seq"]?.int ?? 0), index: key.object["index"]?.int ?? 0)
    }
    if let first = json.object["ledgerFrom"]?.int, let last = json.object["ledgerThrough"]?.int,
      first >= 0, first <= last
    {
      ledger = UInt64(first)...UInt64(last)
    }
  }

  var json: JSONValue {
    var json = JSONObject()
    json["from"] = JSONValue(Int(from))
    json["through"] = JSONValue(Int(through))
    json["high"] = JSONValue(Int(high))
    if lacksSnapshot { json["snapshot"] = true }
    json["keys"] = .array(
      keys.sorted { $0.key < $1.key }.map { key, place in
        ["key": JSONValue(key), "seq": JSONValue(Int(place.seq)), "index": JSONValue(place.index)]
      })
    if let ledger {
      json["ledgerFrom"] = JSONValue(Int(ledger.lowerBound))
      json["ledgerThrough"] = JSONValue(Int(ledger.upperBound))
      json["run"] = run.map { JSONValue($0) }
    }
    return .object(json)
  }
}
