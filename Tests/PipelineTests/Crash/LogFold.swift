import Foundation
import Transport

/// `3-committed` read by other means than the product's: Foundation's JSON, and a byte search for
/// what must be hashed as it stands.
struct LogFold {
  struct Event {
    let id: String
    let sequence: Int
    let connection: String
    let line: Int
  }

  struct User {
    var version: Int
    var resource: Data
    var employee: Data
  }

  struct Broken: Error {
    let line: String
  }

  /// By line key.
  private(set) var users: [String: User] = [:]
  private(set) var events: [Event] = []
  /// How often a request has an outcome; more than once is a fault.
  private(set) var outcomes: [String: Int] = [:]
  private var lines: [Data] = []
  private var chain: [UInt8] = []

  init(spool: String) throws {
    let directory = spool + "/3-committed"
    for name in try FileManager.default.contentsOfDirectory(atPath: directory).sorted() {
      let file = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)"))
      for line in file.split(separator: 0x0A) { try take(Data(line)) }
    }
  }

  private mutating func take(_ line: Data) throws {
    guard let object = try JSONSerialization.jsonObject(with: line) as? [String: Any] else {
      throw Broken(line: String(decoding: line.prefix(200), as: UTF8.self))
    }
    guard let type = object["type"] as? String else { return }  // a header or footer
    guard let data = object["data"] as? [String: Any], let key = object["key"] as? String else {
      throw Broken(line: String(decoding: line.prefix(200), as: UTF8.self))
    }
    lines.append(line)
    if type.hasPrefix("admin.") {
      let text = try Self.text(in: line, after: #","data":"#, before: #","crc":""#)
      chain = SHA256.hash(chain + Array(text))
      return
    }
    if type == "operational" { return }
    outcomes[data["request"] as? String ?? "", default: 0] += 1
    guard data["outcome"] as? String == "applied" else { return }
    try apply(data, key, line)
  }

  private mutating func apply(_ data: [String: Any], _ key: String, _ line: Data) throws {
    let found = data["events"] as? [[String: Any]] ?? []
    for event in found {
      events.append(
        Event(
          id: event["id"] as? String ?? "", sequence: event["sequence"] as? Int ?? 0,
          connection: (event["connection"] as? [String: Any])?["id"] as? String ?? "",
          line: lines.count - 1))
    }
    let ends = [#","unknown":"#, #","employee":"#, #","events":"#]
    let isDeleted = data["resource"] is NSNull
    let resource =
      try isDeleted ? Data() : Self.text(in: line, after: #","resource":"#, before: ends)
    var employee = users[key]?.employee ?? Data()
    if !found.isEmpty {
      employee = try Self.text(in: line, after: #"},"data":"#, before: #","changedFields":"#)
    } else if data["employee"] != nil {
      employee = try Self.text(in: line, after: #","employee":"#, before: #","events":"#)
    }
    users[key] = User(
      version: data["version"] as? Int ?? 0, resource: resource, employee: employee)
  }

  /// The raw bytes between two markers; quotes inside JSON strings are escaped, so none is found
  /// in one.
  private static func text(in line: Data, after: String, before: String...) throws -> Data {
    try text(in: line, after: after, before: before)
  }

  private static func text(in line: Data, after: String, before: [String]) throws -> Data {
    guard let start = line.range(of: Data(after.utf8)) else { throw Broken(line: after) }
    let rest = start.upperBound..<line.endIndex
    let end = before.compactMap { line.range(of: Data($0.utf8), in: rest)?.lowerBound }.min()
    guard let end else { throw Broken(line: after) }
    return line[start.upperBound..<end]
  }

  /// By the rule the product states for `spool state-hash`.
  var stateHash: String {
    var sum = [UInt8](repeating: 0, count: 32)
    for (key, user) in users {
      var bytes = Array("\(key)\n\(user.version)\n".utf8) + user.resource + [0x0A]
      bytes += user.employee + [0x0A]
      Self.add(SHA256.hash(bytes), to: &sum)
    }
    let text = "\(users.count)\n\(Hex.encode(sum))\nadmin\n\(Hex.encode(chain))"
    return Hex.encode(SHA256.hash(Array(text.utf8)))
  }

  /// As numbers of 32 digits, the most significant first; what runs over is lost.
  private static func add(_ digits: [UInt8], to sum: inout [UInt8]) {
    var carry = 0
    for place in stride(from: 31, through: 0, by: -1) {
      let digit = Int(sum[place]) + Int(digits[place]) + carry
      sum[place] = UInt8(digit & 0xFF)
      carry = digit >> 8
    }
  }

  /// Whether the log has exactly these bytes for an event.
  func holds(_ body: [UInt8], of event: Event) -> Bool {
    lines[event.line].range(of: Data(body)) != nil
  }

  /// A user as SCIM shows it, `meta` and ids apart.
  func attributes(_ key: String) -> NSDictionary {
    Self.object(users[key]?.resource ?? Data(), without: ["id", "meta"])
  }

  func employee(_ key: String) -> NSDictionary {
    Self.object(users[key]?.employee ?? Data(), without: [])
  }

  static func object(_ bytes: Data, without names: [String]) -> NSDictionary {
    var object = (try? JSONSerialization.jsonObject(with: bytes)) as? [String: Any] ?? [:]
    for name in names { object[name] = nil }
    return object as NSDictionary
  }
}
