/// The first line of a snapshot: up to which line of the log it is the state, and of which spool.
package struct SnapshotHeader: Sendable, Hashable {
  /// The last line of the acknowledged hop that the state includes.
  package var seq: UInt64
  package var created: Timestamp
  package var instance: String
  package var epoch: Int
  /// Every accepted line up to here has its outcome among the lines the state includes,
  package var acceptedThrough: UInt64
  /// and so have these requests, whose accepted lines are above.
  package var decidedAhead: [String]
  /// Lines of resources that follow.
  package var rows: Int

  package init(
    seq: UInt64, created: Timestamp, instance: String, epoch: Int, acceptedThrough: UInt64,
    decidedAhead: [String], rows: Int
  ) {
    self.seq = seq
    self.created = created
    self.instance = instance
    self.epoch = epoch
    self.acceptedThrough = acceptedThrough
    self.decidedAhead = decidedAhead
    self.rows = rows
  }

  /// Without the checksum and the closing brace.
  var json: JSONObject {
    var object = JSONObject()
    object["v"] = .init(SpoolRelease.snapshots)
    object["snapshot"] = .number(JSONNumber(text: String(seq)))
    object["created"] = .init(created.description)
    object["instance"] = .init(instance)
    object["epoch"] = .init(epoch)
    object["acceptedThrough"] = .number(JSONNumber(text: String(acceptedThrough)))
    object["decidedAhead"] = .array(decidedAhead.map { JSONValue($0) })
    object["rows"] = .init(rows)
    return object
  }

  /// nil when this is not the header of a snapshot, whatever its checksum.
  init?(parsing line: Span<UInt8>) {
    guard let object = (try? JSONValue(parsing: line))?.object,
      let seq = object["snapshot"]?.number.flatMap({ UInt64($0.text) }),
      let created = object["created"]?.string.flatMap({ Timestamp(parsing: $0) }),
      let instance = object["instance"]?.string, let epoch = object["epoch"]?.int,
      let through = object["acceptedThrough"]?.number.flatMap({ UInt64($0.text) }),
      let rows = object["rows"]?.int
    else { return nil }
    self.init(
      seq: seq, created: created, instance: instance, epoch: epoch, acceptedThrough: through,
      decidedAhead: object["decidedAhead"]?.array?.compactMap(\.string) ?? [], rows: rows)
  }
}

/// The last line of a snapshot.
package struct SnapshotFooter: Sendable, Hashable {
  package var seq: UInt64
  /// Lines between header and footer.
  package var lines: UInt64
  /// The state's hash, in hex.
  package var hash: String

  package init(seq: UInt64, lines: UInt64, hash: String) {
    self.seq = seq
    self.lines = lines
    self.hash = hash
  }

  var json: JSONObject {
    var object = JSONObject()
    object["v"] = .init(SpoolRelease.snapshots)
    object["end"] = .number(JSONNumber(text: String(seq)))
    object["lines"] = .number(JSONNumber(text: String(lines)))
    object["hash"] = .init(hash)
    return object
  }

  init?(parsing line: Span<UInt8>) {
    guard let object = (try? JSONValue(parsing: line))?.object,
      let seq = object["end"]?.number.flatMap({ UInt64($0.text) }),
      let lines = object["lines"]?.number.flatMap({ UInt64($0.text) }),
      let hash = object["hash"]?.string
    else { return nil }
    self.init(seq: seq, lines: lines, hash: hash)
  }
}
