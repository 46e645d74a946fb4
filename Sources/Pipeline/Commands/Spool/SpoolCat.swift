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

  /// A line of a snapshot: there the key is that of a resource, else the id of a record.
  package func wants(_ entry: SpoolSnapshot.Entry) -> Bool {
    guard Self.matches(type, entry.type, separator: ".") else { return false }
    guard key != nil else { return true }
    let data = JSONSlices(entry.data)
    return Self.matches(key, data?.text("key") ?? data?.text("id") ?? "", separator: "/")
  }

  package func text(_ entry: SpoolSnapshot.Entry) -> String {
    if isRaw { return String(decoding: entry.data, as: UTF8.self) + "\n" }
    if isJSON { return String(decoding: entry.line, as: UTF8.self) + "\n" }
    return entry.type + "\n" + body(entry.data)
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
    let start = "#\(line.seq)  \(line.timestamp)  \(line.type)"
    let head = "\(start)  \(line.key)  \(line.id)"
    let lines = head.count <= SpoolText.width ? head : "\(start)  \(line.id)\n  \(line.key)"
    return lines + "\n" + body(line.data)
  }

  private func body(_ data: [UInt8]) -> String {
    guard let data = try? JSONValue(parsing: data) else { return "" }
    return data.pretty().split(separator: "\n").map { "  " + paint.faint(String($0)) + "\n" }
      .joined()
  }
}
