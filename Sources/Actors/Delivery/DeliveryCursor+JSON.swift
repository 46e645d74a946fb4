package import Transport

/// How a cursor stands in its file.
extension DeliveryCursor {
  package init(json: JSONObject) throws(RecordError) {
    let reader = RecordReader(json)
    let place = try Place(json: reader)
    self.init(since: UInt64(json["since"]?.int ?? 0), ledgerFrom: place.ledgerFrom)
    high = place.high
    parked = place.parked
    failingSince = reader.optionalTime("failingSince")
    savedAt = reader.optionalTime("savedAt")
    hasToldFailing = json["toldFailing"]?.bool ?? false
    for element in json["holds"]?.array ?? [] {
      holds.append(try DeliveryHold(json: try RecordReader(element, "holds")))
    }
    holdsFrom = UInt64(json["holdsFrom"]?.int ?? 0)
    for element in json["missed"]?.array ?? [] {
      missed.append(try DeliveryMissed(json: try RecordReader(element, "missed")))
    }
    for element in json["runs"]?.array ?? [] {
      let run = try RecordReader(element, "runs")
      let place = try Place(json: run)
      runs.append(
        Run(
          plan: try DeliveryRun.Plan(json: run), high: place.high, ledgerFrom: place.ledgerFrom,
          parked: place.parked))
    }
  }

  package var json: JSONValue {
    var json = JSONObject()
    Place(high: high, ledgerFrom: ledgerFrom, parked: parked).write(to: &json)
    json["since"] = JSONValue(Int(since))
    if let failingSince { json["failingSince"] = JSONValue(failingSince.description) }
    if let savedAt { json["savedAt"] = JSONValue(savedAt.description) }
    if hasToldFailing { json["toldFailing"] = true }
    json["holdsFrom"] = JSONValue(Int(holdsFrom))
    if !holds.isEmpty { json["holds"] = .array(holds.map(\.json)) }
    if !missed.isEmpty { json["missed"] = .array(missed.map(\.json)) }
    if !runs.isEmpty { json["runs"] = .array(runs.map(\.json)) }
    return .object(json)
  }
}

extension DeliveryCursor.Run {
  fileprivate var json: JSONValue {
    var json = JSONObject()
    plan.write(to: &json)
    DeliveryCursor.Place(high: high, ledgerFrom: ledgerFrom, parked: parked).write(to: &json)
    return .object(json)
  }
}

extension DeliveryCursor {
  /// What a queue leaves behind, whichever log it reads.
  fileprivate struct Place {
    var high: UInt64
    var ledgerFrom: UInt64
    var parked: [Parked]

    init(high: UInt64, ledgerFrom: UInt64, parked: [Parked]) {
      self.high = high
      self.ledgerFrom = ledgerFrom
      self.parked = parked
    }

    init(json: RecordReader) throws(RecordError) {
      guard let high = json.object["high"]?.int, let from = json.object["ledgerFrom"]?.int else {
        throw .missing(member: "high")
      }
      self.high = UInt64(high)
      ledgerFrom = UInt64(from)
      parked = []
      for element in try json.array("parked") {
        parked.append(try Parked(json: try RecordReader(element, "parked")))
      }
    }

    func write(to json: inout JSONObject) {
      json["high"] = JSONValue(Int(high))
      json["ledgerFrom"] = JSONValue(Int(ledgerFrom))
      json["parked"] = .array(parked.map(\.json))
    }
  }
}

extension DeliveryCursor.Parked {
  fileprivate init(json: RecordReader) throws(RecordError) {
    guard let seq = json.object["seq"]?.int, let attempt = json.object["attempt"]?.int else {
      throw .missing(member: "seq")
    }
    self.init(
      key: try json.string("key"),
      position: .init(seq: UInt64(seq), index: json.object["index"]?.int ?? 0),
      attempts: attempt, next: try json.time("next"), isDone: json.object["done"]?.bool ?? false)
  }

  fileprivate var json: JSONValue {
    var json = JSONObject()
    json["key"] = JSONValue(key)
    json["seq"] = JSONValue(Int(position.seq))
    if position.index > 0 { json["index"] = JSONValue(position.index) }
    json["attempt"] = JSONValue(attempts)
    json["next"] = JSONValue(next.description)
    if isDone { json["done"] = true }
    return .object(json)
  }
}

extension DeliveryHold {
  fileprivate init(json: RecordReader) throws(RecordError) {
    self.init(
      webhookId: try json.string("webhook"), key: json.optionalString("key"),
      since: try json.time("since"), letter: json.optionalString("letter"))
  }

  package var json: JSONValue {
    var json = JSONObject()
    json["webhook"] = JSONValue(webhookId)
    if let key { json["key"] = JSONValue(key) }
    json["since"] = JSONValue(since.description)
    if let letter { json["letter"] = JSONValue(letter) }
    return .object(json)
  }
}

extension DeliveryRun.Plan {
  fileprivate init(json: RecordReader) throws(RecordError) {
    guard let kind = DeliveryRun.Kind(rawValue: try json.string("kind")),
      let from = json.object["from"]?.int, let through = json.object["through"]?.int
    else { throw .missing(member: "kind") }
    self.init(
      id: try json.string("id"), kind: kind, from: UInt64(from), through: UInt64(through),
      reason: json.optionalString("reason"))
    selection = try DeliverySelection(json: json.object["only"])
    for element in json.object["consumers"]?.array ?? [] {
      let one = try RecordReader(element, "consumers")
      consumers.append(.init(id: try one.string("id"), count: one.object["count"]?.int ?? 0))
    }
  }

  fileprivate func write(to json: inout JSONObject) {
    json["id"] = JSONValue(id)
    json["kind"] = JSONValue(kind.rawValue)
    json["from"] = JSONValue(Int(from))
    json["through"] = JSONValue(Int(through))
    if let reason { json["reason"] = JSONValue(reason) }
    if !selection.isEverything { json["only"] = selection.json }
    guard kind == .snapshot else { return }
    json["consumers"] = .array(
      consumers.map { ["id": JSONValue($0.id), "count": JSONValue($0.count)] })
  }
}
