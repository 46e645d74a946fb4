/// The last member of a backup: what it holds, so that a part that is missing or changed is found.
package struct BackupManifest: Sendable, Hashable {
  static let name = "manifest.json"

  struct Entry: Sendable, Hashable {
    let name: String
    let size: UInt64
    /// Hexadecimal.
    let sha256: String
  }

  package var created: Timestamp
  package var instance: String
  package var epoch: Int
  package var format: Int
  /// By hop, the newest line; 0 when there is none.
  package var last: [(hop: String, seq: UInt64)] { lines.map { ($0.hop, $0.seq) } }
  var lines: [Line]
  var files: [Entry]

  struct Line: Sendable, Hashable {
    let hop: String
    let seq: UInt64
  }

  /// One line that ends in its own checksum, as a segment's header does.
  var line: [UInt8] {
    var crc: UInt32 = 0
    return SpoolFormat.closed(json, chaining: &crc)
  }

  private var json: JSONObject {
    var last = JSONObject()
    for line in lines { last[line.hop] = .number(JSONNumber(text: String(line.seq))) }
    let json: JSONValue = [
      "v": 1, "created": .init(created.description), "instance": .init(instance),
      "epoch": .init(epoch), "format": .init(format), "last": .object(last),
      "files": .array(
        files.map {
          [
            "name": .init($0.name), "size": .number(JSONNumber(text: String($0.size))),
            "sha256": .init($0.sha256),
          ]
        }),
    ]
    return json.object ?? JSONObject()
  }

  /// nil when this is no manifest, or not as it was written.
  init?(parsing line: [UInt8]) {
    let bytes = Array(line.dropLast())
    let body = bytes.span.extracting(droppingLast: min(bytes.count, SpoolFormat.suffixLength))
    guard line.last == 10, let stated = SpoolFormat.statedChecksum(of: bytes.span),
      SpoolFormat.checksum(of: body, after: 0) == stated,
      let json = try? JSONValue(parsing: bytes), json["v"]?.int == 1,
      let created = json["created"]?.string.flatMap({ Timestamp(parsing: $0) }),
      let instance = json["instance"]?.string, let epoch = json["epoch"]?.int,
      let format = json["format"]?.int, let last = json["last"]?.object,
      let files = json["files"]?.array
    else { return nil }
    let entries = files.compactMap { file -> Entry? in
      guard let name = file["name"]?.string, let sum = file["sha256"]?.string,
        let size = file["size"]?.number.flatMap({ UInt64($0.text) })
      else { return nil }
      return Entry(name: name, size: size, sha256: sum)
    }
    guard entries.count == files.count else { return nil }
    self.init(
      created: created, instance: instance, epoch: epoch, format: format,
      lines: last.members.map {
        Line(hop: $0.name, seq: $0.value.number.flatMap { UInt64($0.text) } ?? 0)
      }, files: entries)
  }

  init(
    created: Timestamp, instance: String, epoch: Int, format: Int, lines: [Line], files: [Entry]
  ) {
    self.created = created
    self.instance = instance
    self.epoch = epoch
    self.format = format
    self.lines = lines
    self.files = files
  }
}
