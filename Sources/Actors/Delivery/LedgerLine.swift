import Transport

/// What a ledger line means for its webhook's queues.
struct LedgerLine: Sendable {
  let webhookId: String
  let entry: DeliveryMachine.LedgerEntry

  /// - Returns: nil for lines that mean nothing to a queue: tests, single dead letters, overruns.
  init?(seq: UInt64, _ data: [UInt8]) {
    guard let json = (try? JSONValue(parsing: data))?.object, let source = Self.source(of: json),
      let webhookId = json["webhook"]?.string, let key = json["key"]?.string,
      let place = (json["seq"] ?? json["place"])?.int, let attempt = json["attempt"]?.int,
      let result = json["result"]?.string
    else { return nil }
    let isRetry = result == DeliveryAttempt.Result.retry.rawValue
    let next = json["next"]?.string.flatMap { Timestamp(parsing: $0) }
    self.webhookId = webhookId
    entry = DeliveryMachine.LedgerEntry(
      seq: seq, source: source,
      entry: DeliveryQueue.LedgerEntry(
        key: key, position: .init(seq: UInt64(place), index: json["index"]?.int ?? 0),
        attempts: json["probe"]?.bool == true ? attempt - 1 : attempt,
        next: isRetry ? next ?? .distantPast : nil),
      letter: json["holds"]?.bool == true ? json["event"]?.string : nil)
  }

  private static func source(of json: JSONObject) -> DeliveryMachine.Source? {
    switch json["trigger"]?.string.flatMap({ DeliveryAttempt.Trigger(rawValue: $0) }) {
    case .schedule: .log
    case .replay, .snapshot: json["run"]?.string.map { .run($0) }
    case .manual, nil: nil
    }
  }
}
