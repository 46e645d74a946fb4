package import Transport

/// A line of a snapshot, taken apart by whoever reads it; many are at once.
package enum SnapshotEntry: Sendable {
  case application(Application)
  case consumer(Consumer)
  case connection(Connection)
  case webhook(Webhook)
  case erasure(Erasure)
  case owner(connection: String, consumer: String, sequence: Int)
  case departure(Departure)
  case chain([UInt8])
  case row(SnapshotRow)
  case members(group: Int, [SCIMMember], targets: [Int?])
  case owed(SnapshotObligation)
  case remapping(connection: String, Remapping)
}

/// One resource's line.
package struct SnapshotRow: Sendable {
  let place: Int
  let entry: RowEntry
  let lastSeq: UInt64
}

/// Something that was owed when the snapshot was taken.
package struct SnapshotObligation: Sendable {
  let obligation: Obligation
  let request: String
}

/// What of a snapshot cannot be understood although its checksum holds.
package struct SnapshotFault: Error, CustomStringConvertible {
  let offset: UInt64
  let what: String

  package var description: String { "the snapshot's \(what) at offset \(offset) is not readable" }
}

extension SnapshotEntry {
  /// - Parameter seq: the snapshot's number.
  package init(
    _ line: SnapshotReader.Line, of seq: UInt64, catalog: SCIMCatalog
  ) throws(SnapshotFault) {
    let fault = SnapshotFault(offset: line.offset, what: line.type)
    if line.type == "resource" {
      guard let row = SnapshotRow(line, of: seq, catalog: catalog) else { throw fault }
      self = .row(row)
      return
    }
    guard let json = (try? JSONValue(parsing: line.data))?.object,
      let entry = try? Self(line.type, json)
    else { throw fault }
    self = entry
  }

  private init?(_ type: String, _ json: JSONObject) throws(RecordError) {
    switch type {
    case "application": self = .application(try Application(json: json))
    case "consumer": self = .consumer(try Consumer(json: json))
    case "connection": self = .connection(try Connection(json: json))
    case "webhook": self = .webhook(try Webhook(json: json))
    case "erasure": self = .erasure(try Erasure(json: json))
    case "owner":
      let record = RecordReader(json)
      self = .owner(
        connection: try record.string("connection"), consumer: try record.string("consumer"),
        sequence: json["sequence"]?.int ?? 0)
    case "departure":
      let record = RecordReader(json)
      self = .departure(
        Departure(
          connection: try Connection(json: try record.nested("connection")),
          consumer: try Consumer(json: try record.nested("consumer"))))
    case "chain": self = .chain(Hex.decode(try RecordReader(json).string("admin")) ?? [])
    case "members":
      guard let row = json["row"]?.int, let members = json["members"]?.array,
        let targets = json["targets"]?.array, members.count == targets.count
      else { return nil }
      let read = members.compactMap { try? SCIMMember($0) }
      guard read.count == members.count else { return nil }
      self = .members(group: row, read, targets: targets.map(\.int))
    case "owed":
      if let (connection, remapping) = Remapping.read(json) {
        self = .remapping(connection: connection, remapping)
        return
      }
      guard let obligation = Obligation(json: json) else { return nil }
      self = .owed(
        SnapshotObligation(
          obligation: obligation, request: try RecordReader(json).string("request")))
    default: return nil
    }
  }
}

extension SnapshotRow {
  fileprivate init?(_ line: SnapshotReader.Line, of seq: UInt64, catalog: SCIMCatalog) {
    guard let members = OutcomeMembers(line.data), let place = members.int("row"),
      let key = members.text("key").flatMap({ ResourceKey(path: $0) }),
      let version = members.int("version"), let created = members.time("created"),
      let modified = members.time("lastModified"),
      let content = members.int("content").map({ UInt64($0) }),
      let last = members.int("last").map({ UInt64($0) })
    else { return nil }
    let isUser = key.type == SCIMResourceType.user.segment
    let layout = BodyLayout(
      resource: members.objectRange("resource"), unknown: members.objectRange("unknown"),
      record: members.objectRange("employee") ?? members.objectRange("group"))
    let record = layout.record.map { Array(line.data[$0]) } ?? []
    let resource = layout.resource.map { Array(line.data[$0]) }
    let type = catalog.resourceType(segment: key.type)
    self.place = place
    lastSeq = last
    entry = RowEntry(
      key: key, version: version, created: created, lastModified: modified,
      isDeleted: resource == nil, isErased: ErasedEmployee.isOne(record),
      keys: resource.map { ResourceKeys(stored: $0, type: type) }
        ?? ResourceKeys(formerly: record, isUser: isUser),
      recordId: OutcomeMembers(record)?.text("id") ?? "",
      manager: isUser ? ManagerLink(record: record) : nil,
      group: GroupSummary(record: record, type: key.type), contentSeq: content, seq: last,
      parts: BodyParts(layout, of: line.data), body: .filed(.snapshot(seq), offset: line.offset))
  }
}
