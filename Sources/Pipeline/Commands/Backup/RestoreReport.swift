import Actors
package import Transport

/// What a restored spool holds last, and what gets back what came after it. No name of a person is
/// in it.
package struct RestoreReport: Sendable {
  package struct Write: Sendable {
    package var time: Timestamp
    package var request: String
    package var type: String
    /// The employee's or group's id, else the resource's.
    package var id: String
  }

  package let spool: String
  package let epoch: Int
  package let format: Int
  /// The newest line of `3-committed`.
  package private(set) var through: UInt64 = 0
  package private(set) var lastWrite: Write?
  private var configuration = Configuration()

  /// Blocks.
  package init(_ spool: String, _ recovery: SpoolRecovery) throws(BackupError) {
    self.spool = spool
    (epoch, format) = (recovery.epoch, recovery.format)
    do {
      let reader = try SpoolReader(directory: spool, hops: SpoolHops.descriptions)
      let snapshot = try take(snapshotsOf: spool)
      try reader.forEachLine(of: SpoolHops.committed) { line in
        take(line, isConfiguration: line.seq > snapshot)
        return true
      }
    } catch let error as SpoolError {
      throw .spool(error)
    } catch let error as FileError {
      throw .spool(.file(error))
    } catch {
      throw .notABackup(spool, reason: "\(error)")
    }
  }

  private mutating func take(_ line: SpoolLine, isConfiguration: Bool) {
    through = line.seq
    guard let data = try? JSONValue(parsing: line.data) else { return }
    if line.type == OperationalEvent.lineType { return }
    guard line.type.hasPrefix("admin.") else {
      lastWrite = Write(
        time: line.timestamp, request: line.id, type: line.type, id: Self.id(in: data, line.key))
      return
    }
    guard isConfiguration, let object = data.object else { return }
    for change in object["changes"]?.array?.compactMap(\.object) ?? [object] {
      if let change = try? AdminChange(json: change) { configuration.apply(change, at: line.seq) }
    }
  }

  private static func id(in data: JSONValue, _ key: String) -> String {
    data["events"]?.array?.last?["data"]?["id"]?.string ?? data["employee"]?["id"]?.string
      ?? data["group"]?["id"]?.string ?? key.split(separator: "/").last.map(String.init) ?? key
  }

  /// Takes the configuration of the newest snapshot.
  /// - Returns: the line it includes everything through; 0 when there is none.
  private mutating func take(snapshotsOf spool: String) throws -> UInt64 {
    let directory = spool + "/snapshots"
    guard try FileSystem.status(directory) != nil,
      let name = try FileSystem.list(directory).last(where: { $0.hasSuffix(".jsonl") }),
      let seq = UInt64(name.dropLast(6))
    else { return 0 }
    let file = try File(directory + "/" + name, .reading)
    var lines = FileLines(file, through: try file.size(), longest: 16 << 20)
    while let line = try lines.next() {
      guard let value = try? JSONValue(parsing: lines.buffer.span.extracting(line.range)) else {
        continue
      }
      // Resources come behind what was set up.
      if value["type"]?.string == "resource" { break }
      if let record = value["data"]?.object { take(record, of: value["type"]?.string ?? "", seq) }
    }
    return seq
  }

  private mutating func take(_ record: JSONObject, of type: String, _ seq: UInt64) {
    let change: AdminChange? =
      switch type {
      case "application": (try? Application(json: record)).map { .applicationCreated($0) }
      case "consumer": (try? Consumer(json: record)).map { .consumerCreated($0) }
      case "connection": (try? Connection(json: record)).map { .connectionCreated($0) }
      case "webhook": (try? Webhook(json: record)).map { .webhookCreated($0) }
      default: nil
      }
    if let change { configuration.apply(change, at: seq) }
  }
}

// MARK: Words

extension RestoreReport {
  private var connections: [Connection] {
    configuration.connections.values.sorted { $0.id < $1.id }
  }

  private var commands: [String] {
    configuration.webhooks.keys.sorted().map { "scim-hris webhook replay \($0) --snapshot" }
  }

  /// What an IT admin does so that everybody is pushed again.
  static func steps(_ serviceId: String) -> [String] {
    switch serviceId {
    case "okta-scim":
      [
        "Okta: Applications > the app > Provisioning > To App > Force Sync",
        "then Push Groups > each group > Push now",
        "whom Dashboard > Tasks then reports as not found: remove and assign again",
      ]
    case "entra-scim": ["Entra: the application > Provisioning > Restart provisioning"]
    default: ["let the identity provider push everybody and every group again"]
    }
  }

  /// What an application does about people it knows and the server does not: whoever came after the
  /// backup is pushed again as somebody new, and no event speaks of the id of before.
  private var strangers: [String] {
    if commands.isEmpty { return [] }
    return [
      "Let each receiver drop whom it knows from epochs below \(epoch) only and whom",
      "GET /api/hris/employees?includeDeleted=true does not list: they came after the backup and",
      "have new ids now, under the same username. Who is in which group: `groups` in that list.",
    ]
  }

  package var text: String {
    var lines = ["restored \(spool)   epoch \(epoch), 3-committed through \(grouped)"]
    if let write = lastWrite {
      lines.append("  its last write  \(write.time)  \(write.request)  \(write.type)  \(write.id)")
    }
    lines.append("What came after that is missing. To get it back:")
    lines.append("1. Start the server: scim-hris --spool \(spool)")
    if !connections.isEmpty { lines.append("2. Have everybody pushed again:") }
    for service in Set(connections.map(\.serviceId)).sorted() {
      for connection in connections where connection.serviceId == service {
        let name = configuration.consumers[connection.consumerId]?.name ?? connection.consumerId
        lines.append("   \(connection.id)  \(SpoolText.clipped(name, to: 50))")
      }
      lines += Self.steps(service).map { "     " + $0 }
    }
    if !commands.isEmpty { lines.append("3. Tell your receivers the present state:") }
    lines += commands.map { "   " + $0 }
    lines += strangers.enumerated().map { ($0.offset == 0 ? "4. " : "   ") + $0.element }
    lines.append("Receivers must compare epoch, then revision: README, \"Receiving an event\".")
    return lines.map { $0 + "\n" }.joined()
  }

  private var grouped: String { SpoolText.grouped(through) }

  package var json: JSONValue {
    var json: JSONObject = JSONObject()
    json["spool"] = .init(spool)
    json["epoch"] = .init(epoch)
    json["format"] = .init(format)
    json["through"] = .init(Int(clamping: through))
    json["lastWrite"] =
      lastWrite.map {
        [
          "time": .init($0.time.description), "request": .init($0.request),
          "type": .init($0.type), "id": .init($0.id),
        ]
      } ?? .null
    json["connections"] = .array(
      connections.map {
        [
          "id": .init($0.id), "consumerId": .init($0.consumerId), "serviceId": .init($0.serviceId),
          "steps": .array(Self.steps($0.serviceId).map { .init($0) }),
        ]
      })
    json["commands"] = .array(commands.map { .init($0) })
    json["receivers"] = .array(strangers.map { .init($0) })
    return .object(json)
  }
}
