package import Transport

/// Writing a state down as a snapshot, as `docs/SPOOL_FORMAT.md` says.
extension StoreState {
  /// The header of a snapshot of this state.
  package func snapshotHeader(instance: String, epoch: Int, at now: Timestamp) -> SnapshotHeader {
    SnapshotHeader(
      seq: appliedSeq, created: now, instance: instance, epoch: epoch,
      acceptedThrough: decided.through, decidedAhead: decided.requestsAhead, rows: rows.count)
  }

  /// Writes everything between header and footer. Blocks; others may go on changing their copy.
  ///
  /// - Parameter isCancelled: looked at now and then; true ends it.
  /// - Returns: where every row's bytes stand in the snapshot, and the state's hash; nil when it was
  ///   cancelled.
  package func write(
    to writer: inout SnapshotWriter, isCancelled: () -> Bool
  ) throws(SpoolError) -> (places: SnapshotPlaces, hash: String)? {
    try writeConfiguration(to: &writer)
    var places = SnapshotPlaces(seq: appliedSeq)
    var sum = StateSum()
    for place in rows.indices {
      if place.isMultiple(of: 256), isCancelled() { return nil }
      let row = row(at: place)
      sum.add(digest(at: place, row))
      var parts = BodyParts(BodyLayout(), of: [])
      let offset = try writer.line("resource") { out in
        let start = out.count
        let layout = write(row, at: place, to: &out)
        parts = BodyParts(layout, of: Array(out[start...]))
      }
      places.append(
        BodyPlace(.snapshot(appliedSeq), at: offset, parts), now: rows[place].body)
    }
    places.rowsEnd = writer.bytes
    for group in membership.groups { try writeMembers(of: group, to: &writer) }
    try writeOwed(to: &writer)
    return (places, sum.hash(administration: administration))
  }

  private func writeConfiguration(to writer: inout SnapshotWriter) throws(SpoolError) {
    let records: [(StaticString, [JSONValue])] = [
      ("application", configuration.applications.values.map(\.json)),
      ("consumer", configuration.consumers.values.map(\.json)),
      ("connection", configuration.connections.values.map(\.json)),
      ("webhook", configuration.webhooks.values.map(\.json)),
      ("erasure", configuration.erasures.values.map(\.json)),
    ]
    for (type, values) in records {
      for value in values { try writer.line(type) { value.write(to: &$0) } }
    }
    for (connection, consumer) in consumers.sorted(by: { $0.key < $1.key }) {
      let owner: JSONValue = [
        "connection": JSONValue(connection), "consumer": JSONValue(consumer),
        "sequence": JSONValue(sequence(of: connection)),
      ]
      try writer.line("owner") { owner.write(to: &$0) }
    }
    for departure in departures.values {
      let json: JSONValue = [
        "connection": departure.connection.json, "consumer": departure.consumer.json,
      ]
      try writer.line("departure") { json.write(to: &$0) }
    }
    let chain: JSONValue = ["admin": JSONValue(Hex.encode(administration))]
    try writer.line("chain") { chain.write(to: &$0) }
  }

  /// - Returns: where in the object its parts stand.
  private func write(_ row: ResourceRow, at place: Int, to out: inout [UInt8]) -> BodyLayout {
    let start = out.count
    out.append(contentsOf: #"{"row":"#.utf8)
    JSONValue.writeInteger(place, to: &out)
    out.append(contentsOf: #","key":"#.utf8)
    JSONValue.writeString(row.key.path, to: &out)
    out.append(contentsOf: #","version":"#.utf8)
    JSONValue.writeInteger(row.version, to: &out)
    out.append(contentsOf: #","created":""#.utf8)
    row.created.write(to: &out)
    out.append(contentsOf: #"","lastModified":""#.utf8)
    row.lastModified.write(to: &out)
    out.append(contentsOf: #"","content":"#.utf8)
    JSONValue.writeInteger(row.contentSeq, to: &out)
    out.append(contentsOf: #","last":"#.utf8)
    JSONValue.writeInteger(row.lastSeq, to: &out)
    var layout = BodyLayout()
    out.append(contentsOf: #","resource":"#.utf8)
    if let resource = row.resource {
      layout.resource = Self.write(resource, to: &out, after: start)
    } else {
      out.append(contentsOf: "null".utf8)
    }
    if let unknown = row.unknown {
      out.append(contentsOf: #","unknown":"#.utf8)
      layout.unknown = Self.write(unknown, to: &out, after: start)
    }
    if !row.record.isEmpty {
      out.append(contentsOf: (isGroup(place) ? #","group":"# : #","employee":"#).utf8)
      layout.record = Self.write(row.record, to: &out, after: start)
    }
    out.append(UInt8(ascii: "}"))
    return layout
  }

  private static func write(
    _ bytes: [UInt8], to out: inout [UInt8], after start: Int
  ) -> Range<Int> {
    let place = out.count - start
    out.append(contentsOf: bytes)
    return place..<out.count - start
  }

  /// Members on one line at most.
  private static let membersAtOnce = 500

  private func writeMembers(
    of group: Int, to writer: inout SnapshotWriter
  ) throws(SpoolError) {
    let all = membership.members(of: group).all
    for start in stride(from: 0, to: all.count, by: Self.membersAtOnce) {
      let part = all[start..<min(start + Self.membersAtOnce, all.count)]
      let json: JSONValue = [
        "row": JSONValue(group), "members": .array(part.map { .object($0.member.json) }),
        "targets": .array(part.map { $0.target.map { JSONValue($0) } ?? .null }),
      ]
      try writer.line("members") { json.write(to: &$0) }
    }
  }

  private func writeOwed(to writer: inout SnapshotWriter) throws(SpoolError) {
    for (obligation, request) in owed.merging(urgent, uniquingKeysWith: { one, _ in one }) {
      let json = obligation.json(because: request)
      try writer.line("owed") { json.write(to: &$0) }
    }
    for (connection, remapping) in remappings {
      let json = remapping.json(of: connection)
      try writer.line("owed") { json.write(to: &$0) }
    }
  }
}

/// Where in a snapshot the rows of a state stand, and where they were when it was taken.
package struct SnapshotPlaces: Sendable {
  let seq: UInt64
  private(set) var places: [BodyPlace] = []
  private(set) var before: [BodyPlace] = []
  /// Where in the snapshot the lines behind the resources begin.
  fileprivate(set) var rowsEnd: UInt64 = 0

  init(seq: UInt64) { self.seq = seq }

  mutating func append(_ place: BodyPlace, now: BodyPlace) {
    places.append(place)
    before.append(now)
  }

  var count: Int { places.count }
}

extension StoreState {
  /// Rows whose bytes were copied into a snapshot point there from now on, so that the files they
  /// pointed into may go. Those that changed since have moved on by themselves.
  mutating func move(_ range: Range<Int>, to snapshot: SnapshotPlaces) {
    for place in range where rows[place].body == snapshot.before[place] {
      if rows[place].body.isInMemory { continue }
      rows[place].body = snapshot.places[place]
    }
  }
}

extension Obligation {
  func json(because request: String) -> JSONValue {
    var json = JSONObject()
    switch self {
    case .findManager(let employee):
      json["what"] = "findManager"
      json["row"] = JSONValue(employee)
    case .loseManager(let employee):
      json["what"] = "loseManager"
      json["row"] = JSONValue(employee)
    case .attach(let group, let value):
      json["what"] = "attach"
      json["row"] = JSONValue(group)
      json["value"] = JSONValue(value)
    case .detach(let group, let row):
      json["what"] = "detach"
      json["row"] = JSONValue(group)
      json["other"] = JSONValue(row)
    case .tellGroups(let employee):
      json["what"] = "tellGroups"
      json["row"] = JSONValue(employee)
    }
    json["request"] = JSONValue(request)
    return .object(json)
  }

  init?(json: JSONObject) {
    guard let row = json["row"]?.int else { return nil }
    switch json["what"]?.string {
    case "findManager": self = .findManager(employee: row)
    case "loseManager": self = .loseManager(employee: row)
    case "tellGroups": self = .tellGroups(employee: row)
    case "attach":
      guard let value = json["value"]?.string else { return nil }
      self = .attach(group: row, value: value)
    case "detach":
      guard let other = json["other"]?.int else { return nil }
      self = .detach(group: row, row: other)
    default: return nil
    }
  }
}
