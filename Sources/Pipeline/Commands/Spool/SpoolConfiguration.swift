import Actors
import Transport

/// The configuration as the files tell it: what the newest snapshot holds, and the administrative
/// lines of `3-committed` above it.
struct SpoolConfiguration: Sendable {
  private(set) var configuration = Configuration()
  /// Every record by id as it was last, deleted ones too.
  private(set) var records: [String: JSONObject] = [:]
  /// The snapshot it began with; 0 when there was none.
  private(set) var snapshot: UInt64 = 0
  /// Every line of `1-accepted` up to here has an outcome, present or deleted since.
  private(set) var acceptedThrough: UInt64 = 0

  /// Blocks; reads the newest snapshot, and `3-committed` above it.
  /// - Parameter isThorough: reads below it, too, where records stand that are deleted by now.
  init(_ reader: SpoolReader, isThorough: Bool = false) throws {
    for candidate in try SpoolSnapshot.all(in: reader.directory).reversed() {
      var fresh = self
      guard let (header, _) = try? candidate.read({ fresh.take($0) }) else { continue }
      (fresh.snapshot, fresh.acceptedThrough) = (header.seq, header.acceptedThrough)
      self = fresh
      break
    }
    guard reader.hops.contains(where: { $0.name == SpoolHops.committed }) else { return }
    let from = isThorough ? 0 : snapshot + 1
    try reader.forEachLine(of: SpoolHops.committed, from: from) { line in
      take(line)
      return true
    }
  }

  /// "Acme / okta-scim".
  func origin(ofConnection id: String) -> String? {
    guard let record = records[id] else { return nil }
    let consumer = record["consumerId"]?.string.flatMap { records[$0]?["name"]?.string }
    let parts = [consumer, record["serviceId"]?.string].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: " / ")
  }

  /// Where a webhook delivers to.
  func receiver(ofWebhook id: String) -> String? {
    records[id].map { $0["deliveryUrl"]?.string ?? "built-in inspector" }
  }

  private mutating func take(_ line: SpoolLine) {
    guard line.type.hasPrefix("admin."),
      let data = (try? JSONValue(parsing: line.data))?.object
    else { return }
    for member in data["changes"]?.array?.compactMap(\.object) ?? [data] {
      if let record = member["record"]?.object, let id = record["id"]?.string,
        id == member["id"]?.string
      {
        records[id] = record
      }
      guard line.seq > snapshot, let change = try? AdminChange(json: member) else { continue }
      configuration.apply(change, at: line.seq)
    }
  }

  private mutating func take(_ entry: SpoolSnapshot.Entry) {
    guard ["application", "consumer", "connection", "webhook"].contains(entry.type),
      let record = (try? JSONValue(parsing: entry.data))?.object,
      let id = record["id"]?.string, let change = Self.change(entry.type, record)
    else { return }
    records[id] = record
    configuration.apply(change, at: UInt64(record["since"]?.int ?? 0))
  }

  private static func change(_ type: String, _ record: JSONObject) -> AdminChange? {
    switch type {
    case "application": (try? Application(json: record)).map { .applicationCreated($0) }
    case "consumer": (try? Consumer(json: record)).map { .consumerCreated($0) }
    case "connection": (try? Connection(json: record)).map { .connectionCreated($0) }
    default: (try? Webhook(json: record)).map { .webhookCreated($0) }
    }
  }
}
