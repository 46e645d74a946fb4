import Actors
import Transport

/// A line of `requests/`: a call that read, or that was refused before it was accepted; or how many
/// calls were not noted.
struct RequestLogLine: Sendable, Equatable {
  var number: UInt64
  var time: Timestamp
  /// Empty when no connection was at that Base URL.
  var connection: String
  /// Nil in a line that only counts.
  var call: Call?
  /// Calls of the connection that were not noted before this line.
  var omitted = 0

  struct Call: Sendable, Equatable {
    var id: String
    var isAuthenticated: Bool
    var method: String
    var path: String
    var query: String
    var client: String
    var agent: String
    var status: Int
    var milliseconds: Int
    var detail: String?
  }

  /// Bytes of one text that are kept.
  static let longestText = 1024

  init(number: UInt64, _ note: RequestNote) {
    self.number = number
    time = note.received
    connection = note.connection
    call = Call(
      id: note.id, isAuthenticated: note.isAuthenticated, method: Self.kept(note.method, to: 16),
      path: Self.kept(note.path), query: Self.kept(query: note.query),
      client: Self.kept(note.client, to: 64), agent: Self.kept(note.agent, to: 256),
      status: note.status, milliseconds: note.took, detail: note.detail.map { Self.kept($0) })
  }

  init(number: UInt64, time: Timestamp, connection: String, omitted: Int) {
    self.number = number
    self.time = time
    self.connection = connection
    self.omitted = omitted
  }
}

extension RequestLogLine.Call {
  /// Nil for a call that only carries others: what a `POST /Bulk` writes are calls of their own.
  var outcome: RequestOutcome? {
    if status >= 400 { return .refused }
    return method == "POST" && path == "/Bulk" ? nil : .read
  }
}

// MARK: What may be kept

extension RequestLogLine {
  /// Parameters that mean something in a SCIM query. Anything else could be a secret.
  private static let parameters: Set<String> = [
    "filter", "startindex", "count", "cursor", "attributes", "excludedattributes", "sortby",
    "sortorder",
  ]

  private static func kept(query: String) -> String {
    guard !query.isEmpty else { return query }
    let items = HTTPQuery(kept(query, to: 4 * longestText)).items.compactMap { item -> String? in
      let name = item.name.lowercased()
      guard parameters.contains(name) else { return nil }
      let isSecret = item.value.lowercased().contains("password")
      return "\(name)=\(isSecret ? "…" : kept(item.value))"
    }
    return kept(items.joined(separator: "&"))
  }

  /// Cut to a length, and without anything that looks like a credential of ours: people paste them
  /// into every field there is.
  private static func kept(_ text: String, to limit: Int = longestText) -> String {
    let bytes = Array(text.utf8.prefix(limit))
    var out: [UInt8] = []
    var index = 0
    while index < bytes.count {
      out.append(bytes[index])
      index += 1
      guard bytes[index - 1] == UInt8(ascii: "_") || bytes[index - 1] == UInt8(ascii: " "),
        secretPrefixes.contains(where: { isPrefix($0, endingAt: index, of: bytes) })
      else { continue }
      // What was hidden before has no such byte.
      if index < bytes.count, isTokenByte(bytes[index]) { out += "…".utf8 }
      while index < bytes.count, isTokenByte(bytes[index]) { index += 1 }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static let secretPrefixes = [
    IssuedToken.Kind.apiToken.prefix, IssuedToken.Kind.apiKey.prefix,
    IssuedToken.Kind.setupLink.prefix, AccessTokens.prefix,
    WebhookSignature.secretPrefix, "bearer ",
  ].map { Array($0.utf8) }

  private static func isPrefix(_ prefix: [UInt8], endingAt end: Int, of bytes: [UInt8]) -> Bool {
    guard end >= prefix.count else { return false }
    return zip(prefix, bytes[(end - prefix.count)...]).allSatisfy { wanted, byte in
      wanted == (0x41...0x5A ~= byte ? byte | 0x20 : byte)
    }
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "/"),
      UInt8(ascii: "="), UInt8(ascii: "."), UInt8(ascii: "%"):
      true
    default: false
    }
  }
}

// MARK: As bytes

extension RequestLogLine {
  /// Without the line feed.
  func write(to out: inout [UInt8]) {
    out += #"{"n":"#.utf8
    JSONValue.writeInteger(number, to: &out)
    out += #","ts":""#.utf8
    time.write(to: &out)
    out += #"","connection":"#.utf8
    JSONValue.writeString(connection, to: &out)
    if let call { call.write(to: &out) }
    if omitted > 0 {
      out += #","omitted":"#.utf8
      JSONValue.writeInteger(omitted, to: &out)
    }
    out.append(UInt8(ascii: "}"))
  }

  /// Nil for what is no such line: a torn one, or one of a later release.
  init?(_ bytes: some Collection<UInt8>) {
    guard let json = (try? JSONValue(parsing: Array(bytes)))?.object,
      let number = json["n"]?.int, number > 0,
      let time = json["ts"]?.string.flatMap({ Timestamp(parsing: $0) }),
      let connection = json["connection"]?.string
    else { return nil }
    self.init(
      number: UInt64(number), time: time, connection: connection,
      omitted: json["omitted"]?.int ?? 0)
    call = Call(json)
  }
}

extension RequestLogLine.Call {
  fileprivate func write(to out: inout [UInt8]) {
    func text(_ name: String, _ value: String) {
      out += ",\"\(name)\":".utf8
      JSONValue.writeString(value, to: &out)
    }
    text("id", id)
    text("method", method)
    text("path", path)
    if !query.isEmpty { text("query", query) }
    text("from", client)
    if !agent.isEmpty { text("agent", agent) }
    if !isAuthenticated { out += #","authenticated":false"#.utf8 }
    out += #","status":"#.utf8
    JSONValue.writeInteger(status, to: &out)
    out += #","ms":"#.utf8
    JSONValue.writeInteger(milliseconds, to: &out)
    if let detail { text("detail", detail) }
  }

  fileprivate init?(_ json: JSONObject) {
    guard let id = json["id"]?.string, let status = json["status"]?.int else { return nil }
    self.init(
      id: id, isAuthenticated: json["authenticated"]?.bool ?? true,
      method: json["method"]?.string ?? "", path: json["path"]?.string ?? "",
      query: json["query"]?.string ?? "", client: json["from"]?.string ?? "",
      agent: json["agent"]?.string ?? "", status: status,
      milliseconds: json["ms"]?.int ?? 0, detail: json["detail"]?.string)
  }
}
