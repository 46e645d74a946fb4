package import Transport

/// One file of `dead/`: something that could not be processed, as it was, with the circumstances.
package struct SpoolDeadLetter: Sendable {
  package enum Stage: String, Sendable {
    /// An event given up for one webhook.
    case delivery
    /// A write that ended the server twice.
    case mapping
  }

  static let directory = "dead"

  /// The file without `.json`.
  package let name: String
  package let stage: Stage
  /// The event or the request it is about.
  package let id: String
  /// nil for a write.
  package let webhook: String?
  /// The line's number in `3-committed`, or in `1-accepted` for a write.
  package let seq: UInt64
  /// "transport", "answered", …, and the same in words.
  package let kind: String
  package let reason: String
  package let attempts: Int
  package let first: Timestamp?
  package let last: Timestamp?
  /// The line it was about, as it stood; nil when that was gone already.
  package let line: [UInt8]?
  /// The event where no line holds it.
  private let body: [UInt8]?

  /// nil when the file is none.
  package init?(name: String, _ bytes: [UInt8]) {
    let bytes = bytes.last == 0x0A ? Array(bytes.dropLast()) : bytes
    guard let json = JSONSlices(bytes), let stage = json.text("stage").flatMap(Stage.init)
    else { return nil }
    self.name = name
    self.stage = stage
    id = json.text("event") ?? json.text("eventId") ?? json.text("request") ?? name
    webhook = json.text("webhook")
    seq = json.number("seq") ?? json.number("accepted") ?? 0
    kind = json.text("class") ?? ""
    reason = json.text("reason") ?? ""
    attempts = json.number("attempts").map { Int(clamping: $0) } ?? 0
    first = json.text("first").flatMap { Timestamp(parsing: $0) }
    last = json.text("last").flatMap { Timestamp(parsing: $0) }
    line = Self.object(json.bytes("line"))
    body = Self.object(json.bytes("body")) ?? Self.object(json.bytes("event"))
  }

  private static func object(_ bytes: [UInt8]?) -> [UInt8]? {
    bytes?.first == UInt8(ascii: "{") ? bytes : nil
  }

  /// The event object's bytes; nil for a write, or when its line was gone.
  package var event: [UInt8]? {
    guard stage == .delivery else { return nil }
    guard let data = line.flatMap({ JSONSlices($0) })?.bytes("data") else { return body }
    return JSONSlices(data)?.elements("events").first { JSONSlices($0)?.text("id") == id }
  }

  /// The accepted line taken apart; nil for an event.
  package var accepted: SpoolLine? {
    guard stage == .mapping, let line = line.flatMap({ JSONSlices($0) }),
      let data = line.bytes("data"), let id = line.text("id"), let key = line.text("key"),
      let type = line.text("type")
    else { return nil }
    return SpoolLine(
      seq: line.number("seq") ?? seq, based: line.number("b") ?? 0,
      timestamp: line.text("ts").flatMap { Timestamp(parsing: $0) } ?? .now, id: id, key: key,
      type: type, data: data)
  }

  /// All of a spool, oldest first; what is no letter is passed over. Blocks.
  package static func all(in spool: String) throws(FileError) -> [SpoolDeadLetter] {
    let path = "\(spool)/\(directory)"
    guard try FileSystem.status(path) != nil else { return [] }
    var letters: [SpoolDeadLetter] = []
    for file in try FileSystem.list(path) where file.hasSuffix(".json") {
      let name = String(file.dropLast(5))
      guard try FileSystem.status("\(path)/\(file)") != nil else { continue }
      if let letter = SpoolDeadLetter(name: name, try FileSystem.contents(of: "\(path)/\(file)")) {
        letters.append(letter)
      }
    }
    let end = Timestamp(milliseconds: .max)
    return letters.sorted { ($0.last ?? end, $0.name) < ($1.last ?? end, $1.name) }
  }

  /// The letters a person means: by event or request id, by webhook, or by the file's name.
  package static func named(_ what: String, among letters: [SpoolDeadLetter]) -> [SpoolDeadLetter] {
    letters.filter { $0.name == what || $0.id == what || $0.webhook == what }
  }
}

/// The screens of `spool dead`.
package enum SpoolDeadScreen {
  package static func list(_ letters: [SpoolDeadLetter], now: Timestamp) -> String {
    guard !letters.isEmpty else { return "There is no dead letter.\n" }
    var table = TextTable([
      .init("letter"), .init("to"), .init("tries", .right), .init("last", .right), .init("why"),
    ])
    table.rows = letters.map { letter in
      [
        letter.id, letter.webhook ?? letter.stage.rawValue, "\(letter.attempts)",
        letter.last.map { SpoolText.age($0, at: now) } ?? "-", letter.reason,
      ]
    }
    let lines = table.lines.map { SpoolText.clipped($0, to: SpoolText.width) }
    let hint =
      "show: spool dead show LETTER   again: spool dead retry LETTER   away: spool dead drop LETTER"
    return (lines + [hint]).map { $0 + "\n" }.joined()
  }

  package static func text(_ letter: SpoolDeadLetter, paint: SpoolPaint) -> String {
    let hop = letter.stage == .delivery ? SpoolHops.committed : SpoolHops.accepted
    var lines = ["\(letter.id)   \(letter.stage.rawValue)", "  file    dead/\(letter.name).json"]
    if let webhook = letter.webhook { lines.append("  to      \(webhook)") }
    lines.append("  why     \(letter.reason) (\(letter.kind))")
    let tries = SpoolText.count(letter.attempts, "attempt")
    let times = [letter.first, letter.last].map { $0?.description ?? "?" }
    lines.append("  tries   \(tries), \(times[0]) to \(times[1])")
    lines.append("  line    \(hop) #\(letter.seq)")
    if let value = letter.line.flatMap({ try? JSONValue(parsing: $0) }) {
      lines += value.pretty().split(separator: "\n").map { "    " + paint.faint(String($0)) }
    } else {
      lines.append("    it was no longer there when this was given up")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  package static func json(_ letter: SpoolDeadLetter) -> JSONValue {
    var json = JSONObject()
    json["letter"] = JSONValue(letter.id)
    json["file"] = JSONValue("dead/\(letter.name).json")
    json["stage"] = JSONValue(letter.stage.rawValue)
    json["webhook"] = .text(letter.webhook)
    json["class"] = JSONValue(letter.kind)
    json["reason"] = JSONValue(letter.reason)
    json["seq"] = JSONValue(Int(clamping: letter.seq))
    json["attempts"] = JSONValue(letter.attempts)
    json["first"] = .time(letter.first)
    json["last"] = .time(letter.last)
    json["line"] = letter.line.flatMap { try? JSONValue(parsing: $0) } ?? .null
    return .object(json)
  }
}
