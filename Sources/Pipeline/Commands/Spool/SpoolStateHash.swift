package import Transport

/// The state of a spool as one number, by the published rule alone and apart from the store's
/// code: where both agree, the store forgot nothing and made nothing up.
///
/// Each resource gives a SHA-256 over key, LF, version, LF, resource, LF, employee or group, LF
/// and, for a group, its members by their values, each with LF. These are added modulo 2^256, and
/// hashed together with their count and the chain of the administrative lines.
package struct SpoolStateHash: Sendable {
  private struct Resource {
    var version: [UInt8] = []
    var resource: [UInt8] = []
    var record: [UInt8] = []
    /// By their values, with quotes.
    var members: [String: [UInt8]] = [:]
  }

  private var resources: [String: Resource] = [:]
  private var chain: [UInt8] = []
  /// Keys by their row, for what a snapshot says of rows.
  private var rows: [UInt64: String] = [:]
  package private(set) var lastSeq: UInt64 = 0

  package init() {}

  package var resourceCount: Int { resources.count }

  package var value: String {
    var sum = [UInt64](repeating: 0, count: 4)
    for (key, resource) in resources { Self.add(Self.hash(key, resource), to: &sum) }
    let digits = sum.map { word in
      let hex = String(word, radix: 16)
      return String(repeating: "0", count: 16 - hex.count) + hex
    }
    let text = "\(resources.count)\n\(digits.joined())\nadmin\n\(Hex.encode(chain))"
    return Hex.encode(SHA256.hash(Array(text.utf8)))
  }

  private static func hash(_ key: String, _ resource: Resource) -> [UInt8] {
    var hash = SHA256()
    hash.update(Array(key.utf8) + [10] + resource.version + [10])
    hash.update(resource.resource + [10])
    hash.update(resource.record + [10])
    let values = resource.members.keys.sorted {
      $0.utf8.dropLast().lexicographicallyPrecedes($1.utf8.dropLast())
    }
    for value in values { hash.update((resource.members[value] ?? []) + [10]) }
    return hash.finish()
  }

  /// Adds 32 bytes, most significant first, modulo 2^256.
  private static func add(_ digest: [UInt8], to sum: inout [UInt64]) {
    var carry: UInt64 = 0
    for word in (0..<4).reversed() {
      let value = digest[(word * 8)..<(word * 8 + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let (first, overflowed) = sum[word].addingReportingOverflow(value)
      let (second, overflowedAgain) = first.addingReportingOverflow(carry)
      sum[word] = second
      carry = overflowed || overflowedAgain ? 1 : 0
    }
  }
}

// MARK: Lines of 3-committed

extension SpoolStateHash {
  /// Lines must come in the order of their numbers.
  package mutating func take(_ line: SpoolLine) {
    lastSeq = line.seq
    if line.type.hasPrefix("admin.") {
      chain = SHA256.hash(chain + line.data)
      return
    }
    guard let data = JSONSlices(line.data), data.text("outcome") == "applied" else { return }
    let resource = data.bytes("resource") ?? []
    let isDeleted = resource.first != UInt8(ascii: "{")
    var members = resources[line.key]?.members ?? [:]
    change(&members, by: data.bytes("members"))
    resources[line.key] = Resource(
      version: data.bytes("version") ?? [], resource: isDeleted ? [] : resource,
      record: record(in: data, line.key) ?? resources[line.key]?.record ?? [],
      members: isDeleted ? [:] : members)
  }

  private func record(in data: JSONSlices, _ key: String) -> [UInt8]? {
    switch Self.kind(of: key) {
    case "Users":
      data.bytes("employee")
        ?? data.elements("events").last.flatMap { JSONSlices($0) }?.bytes("data")
    case "Groups": data.bytes("group")
    default: nil
    }
  }

  /// "Users" of "cnx_…/Users/…".
  private static func kind(of key: String) -> Substring? {
    key.split(separator: "/").dropFirst().first
  }

  private func change(_ members: inout [String: [UInt8]], by change: [UInt8]?) {
    guard let change = change.flatMap({ JSONSlices($0) }) else { return }
    for value in change.elements("removed") {
      members[String(decoding: value, as: UTF8.self)] = nil
    }
    for member in change.elements("added") + change.elements("changed") {
      if let value = JSONSlices(member)?.bytes("value") {
        members[String(decoding: value, as: UTF8.self)] = member
      }
    }
  }
}

// MARK: Lines of a snapshot

extension SpoolStateHash {
  /// The state a snapshot holds. Blocks.
  /// - Throws: `SpoolSnapshot.Fault`, also where it does not hold what its footer says.
  package init(_ snapshot: SpoolSnapshot) throws {
    var hash = SpoolStateHash()
    let (_, footer) = try snapshot.read { hash.take($0) }
    hash.rows = [:]
    hash.lastSeq = snapshot.seq
    guard hash.value == footer.hash else {
      throw SpoolSnapshot.Fault(
        offset: 0, reason: "it holds another state than the hash in its footer says")
    }
    self = hash
  }

  private mutating func take(_ entry: SpoolSnapshot.Entry) {
    guard let data = JSONSlices(entry.data) else { return }
    switch entry.type {
    case "chain": chain = data.text("admin").flatMap { Hex.decode($0) } ?? []
    case "resource":
      guard let key = data.text("key") else { return }
      if let row = data.number("row") { rows[row] = key }
      let resource = data.bytes("resource") ?? []
      let member = Self.kind(of: key) == "Groups" ? "group" : "employee"
      resources[key] = Resource(
        version: data.bytes("version") ?? [],
        resource: resource.first == UInt8(ascii: "{") ? resource : [],
        record: data.bytes(member) ?? [])
    case "members":
      guard let key = data.number("row").flatMap({ rows[$0] }) else { return }
      for member in data.elements("members") {
        guard let value = JSONSlices(member)?.bytes("value") else { continue }
        resources[key]?.members[String(decoding: value, as: UTF8.self)] = member
      }
    default: break
    }
  }
}
