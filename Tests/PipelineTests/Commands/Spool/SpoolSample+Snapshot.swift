import TestSupport

@testable import Pipeline
@testable import Transport

extension SpoolSample {
  /// Puts lines into a snapshot file, each with the checksum that chains it to the one before.
  func writeSnapshot(at seq: Int, _ lines: [String], hash: String, stating count: Int? = nil) throws
  {
    let header =
      #"{"v":2,"snapshot":\#(seq),"created":"2026-01-02T03:04:05.678Z","instance":"3f9a","#
      + #""epoch":1,"acceptedThrough":2,"decidedAhead":[],"rows":\#(lines.count)"#
    let footer = #"{"v":2,"end":\#(seq),"lines":\#(count ?? lines.count),"hash":"\#(hash)""#
    var bytes: [UInt8] = []
    var checksum: UInt32 = 0
    for line in [header] + lines.map({ String($0.dropLast()) }) + [footer] {
      let seed = (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * UInt32($0))) }
      checksum = CRC32C.checksum(Array(line.utf8), continuing: CRC32C.checksum(seed))
      let hex = String(checksum, radix: 16)
      let crc = String(repeating: "0", count: 8 - hex.count) + hex
      bytes += Array("\(line),\"crc\":\"\(crc)\"}\n".utf8)
    }
    if try FileSystem.status(path) == nil { try FileSystem.makeDirectory(path) }
    try FileSystem.makeDirectory(path + "/snapshots")
    try FileSystem.replace(snapshotPath(seq), with: bytes)
  }

  func snapshotPath(_ seq: Int) -> String {
    let digits = String(seq)
    return "\(path)/snapshots/\(String(repeating: "0", count: 20 - digits.count))\(digits).jsonl"
  }

  /// What the server would write of the sample after one of its last two lines, 5 or 6.
  func snapshotLines(at seq: Int) -> [String] {
    var chain: [UInt8] = []
    for change in Self.changes { chain = SHA256.hash(chain + Array(change.utf8)) }
    let records = Self.changes.compactMap { change -> String? in
      guard let json = try? JSONValue(parsing: change), let name = json["change"]?.string,
        let record = json["record"]
      else { return nil }
      let type = name.prefix { $0 != "." }
      return #"{"type":"\#(type)","data":\#(Self.record(record, since: type == "webhook"))}"#
    }
    let isActive = seq == 5
    let resource =
      #"{"row":0,"key":"cnx_1/Users/2819c223","version":\#(seq - 4),"#
      + #""created":"2026-01-02T03:04:05.678Z","lastModified":"2026-01-02T03:04:05.678Z","#
      + #""content":\#(seq),"last":\#(seq),"#
      + #""resource":{"userName":"BJensen@Example.com","active":\#(isActive)},"#
      + #""employee":\#(Self.employee(active: isActive, revision: seq - 4))}"#
    return records + [
      #"{"type":"owner","data":{"connection":"cnx_1","consumer":"csm_1","sequence":4711}}"#,
      #"{"type":"chain","data":{"admin":"\#(Hex.encode(chain))"}}"#,
      #"{"type":"resource","data":\#(resource)}"#,
    ]
  }

  private static func record(_ record: JSONValue, since: Bool) -> String {
    guard since, var object = record.object else { return record.text }
    object["since"] = 4
    return JSONValue.object(object).text
  }

  /// The hash of the log up to a line.
  func hash(through seq: UInt64) throws -> String {
    var hash = SpoolStateHash()
    try reader.forEachLine(of: SpoolHops.committed) { line in
      if line.seq <= seq { hash.take(line) }
      return line.seq < seq
    }
    return hash.value
  }

  /// Removes the lines of a hop as retention does: what is left begins above a number.
  func forget(_ hop: String, through last: UInt64) throws {
    var kept: [SpoolLine] = []
    try reader.forEachLine(of: hop, from: last + 1) { line in
      kept.append(line)
      return true
    }
    let directory = "\(path)/\(hop)"
    for file in try FileSystem.list(directory) { try FileSystem.remove("\(directory)/\(file)") }
    let header = SegmentHeader(
      hop: hop, first: last + 1, created: .now, instance: "3f9a", epoch: 1,
      previousChecksum: 0x0102_0304)
    var writer = try SegmentWriter(creating: header, in: directory)
    for line in kept {
      let record = SpoolRecord(id: line.id, key: line.key, type: line.type, data: line.data)
      var bytes: [UInt8] = []
      SpoolFragment(record, at: line.timestamp).write(
        seq: line.seq, based: line.based, chaining: &writer.checksum, to: &bytes)
      try writer.write(bytes, lines: 1, at: line.timestamp)
    }
  }
}
