package import Transport

/// Which lines `spool cat` prints, and how.
package struct SpoolCat: Sendable {
  package var key: String?
  package var type: String?
  package var isRaw: Bool
  package var isJSON: Bool
  package var paint: SpoolPaint

  package init(
    key: String? = nil, type: String? = nil, isRaw: Bool = false, isJSON: Bool = false,
    paint: SpoolPaint = SpoolPaint(isOn: false)
  ) {
    self.key = key
    self.type = type
    self.isRaw = isRaw
    self.isJSON = isJSON
    self.paint = paint
  }

  /// A key or type matches whole or up to one of its separators: `cnx_1`, `user.`, `admin`.
  package func wants(_ line: SpoolLine) -> Bool {
    Self.matches(key, line.key, separator: "/") && Self.matches(type, line.type, separator: ".")
  }

  private static func matches(_ wanted: String?, _ value: String, separator: Character) -> Bool {
    guard let wanted else { return true }
    if value == wanted { return true }
    guard value.hasPrefix(wanted) else { return false }
    return wanted.last == separator || value.dropFirst(wanted.count).first == separator
  }

  /// Ends in a line feed.
  package func text(_ line: SpoolLine, hop: String) -> String {
    if isRaw { return String(decoding: line.data, as: UTF8.self) + "\n" }
    if isJSON {
      var json = JSONObject([JSONObject.Member(name: "hop", value: JSONValue(hop))])
      json.members += line.json.object?.members ?? []
      return JSONValue.object(json).text + "\n"
    }
    let head = "#\(line.seq)  \(line.timestamp)  \(line.type)  \(line.key)  \(line.id)"
    guard let data = try? JSONValue(parsing: line.data) else { return head + "\n" }
    let body = data.pretty().split(separator: "\n").map { "  " + paint.faint(String($0)) }
    return ([head] + body).map { $0 + "\n" }.joined()
  }
}
