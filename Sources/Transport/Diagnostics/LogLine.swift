/// One line of the log before and after it becomes bytes; nothing in it can begin a second line.
struct LogLine {
  var time: Timestamp
  var level: Logger.Level
  var message: String
  var fields: Logger.Fields

  /// `2026-11-21T22:15:39Z warning: disk is filling free=12` and a newline; info goes unnamed.
  var text: [UInt8] {
    var out = Array(time.utf8.prefix(19))
    out.append(contentsOf: "Z ".utf8)
    if level != .info { out.append(contentsOf: "\(level.rawValue): ".utf8) }
    JSONText.append(escapingControls: message, to: &out)
    for (name, value) in fields {
      out.append(UInt8(ascii: " "))
      JSONText.append(escapingControls: name, to: &out)
      out.append(UInt8(ascii: "="))
      let value = value.description
      if Self.isPlain(value) {
        out.append(contentsOf: value.utf8)
      } else {
        JSONValue.writeString(value, to: &out)
      }
    }
    return Self.ended(out)
  }

  /// `{"ts":…,"level":…,"message":…}` with the fields behind, and a newline. A line that is too
  /// long loses fields from the end, then the end of its message, and stays valid JSON.
  var json: [UInt8] {
    var object = JSONObject([
      JSONObject.Member(name: "ts", value: .string(time.description)),
      JSONObject.Member(name: "level", value: .string(level.rawValue)),
      JSONObject.Member(name: "message", value: .string(message)),
    ])
    for (name, value) in fields where object[name] == nil { object[name] = Self.value(value) }
    var bytes = object.bytes
    while bytes.count >= Logger.lineLimit, object.count > 3 {
      object.members.removeLast()
      bytes = object.bytes
    }
    if bytes.count >= Logger.lineLimit {
      // An escape is at most six times its character.
      object["message"] = .string(
        String(decoding: message.utf8.prefix(Logger.lineLimit / 8), as: UTF8.self) + "…")
      bytes = object.bytes
    }
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private static func value(_ value: any CustomStringConvertible) -> JSONValue {
    switch value {
    case let flag as Bool: .bool(flag)
    case let number as any FixedWidthInteger: .number(JSONNumber(text: number.description))
    default: .string(value.description)
    }
  }

  private static func isPlain(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x22 && $0 != 0x5C && $0 != 0x3D }
  }

  private static func ended(_ line: [UInt8]) -> [UInt8] {
    var line = line
    if line.count >= Logger.lineLimit {
      line = Array(String(decoding: line.prefix(Logger.lineLimit - 8), as: UTF8.self).utf8)
      line.append(contentsOf: "…".utf8)
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }
}
