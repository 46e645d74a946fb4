package import Transport

/// Folds `3-committed` into one hash by the published rule alone, sharing no code with the store:
/// where both agree, the store forgot nothing and made nothing up.
///
/// Per resource in the order of the keys: key, LF, version, LF, resource bytes, LF, employee or
/// group bytes, LF, each member's bytes in the order of their values, LF; then `admin`, LF and, in
/// hex, the chain of SHA-256 over the link before and a change's data.
package struct SpoolStateHash: Sendable {
  private struct Resource {
    var version: [UInt8]
    var resource: [UInt8]
    var record: [UInt8]
    /// By their values, with quotes.
    var members: [String: [UInt8]]
  }

  private var resources: [String: Resource] = [:]
  private var chain: [UInt8] = []
  package private(set) var lines: UInt64 = 0
  package private(set) var lastSeq: UInt64 = 0

  package init() {}

  /// Lines must come in the order of their numbers.
  package mutating func take(_ line: SpoolLine) {
    lines += 1
    lastSeq = line.seq
    if line.type.hasPrefix("admin.") {
      chain = SHA256.hash(chain + line.data)
      return
    }
    guard let data = Members(line.data), data.text("outcome") == "\"applied\"" else { return }
    let resource = data.bytes("resource") ?? []
    let isDeleted = resource.first != UInt8(ascii: "{")
    var members = resources[line.key]?.members ?? [:]
    take(data.bytes("members"), into: &members)
    resources[line.key] = Resource(
      version: data.bytes("version") ?? [], resource: isDeleted ? [] : resource,
      record: record(in: data, line.key) ?? resources[line.key]?.record ?? [],
      members: isDeleted ? [:] : members)
  }

  private func record(in data: Members, _ key: String) -> [UInt8]? {
    switch key.split(separator: "/").dropFirst().first {
    case "Users": data.bytes("employee") ?? data.lastEvent?.bytes("data")
    case "Groups": data.bytes("group")
    default: nil
    }
  }

  private func take(_ change: [UInt8]?, into members: inout [String: [UInt8]]) {
    guard let change = change.flatMap({ Members($0) }) else { return }
    for value in change.elements("removed") {
      members[String(decoding: value, as: UTF8.self)] = nil
    }
    for member in change.elements("added") + change.elements("changed") {
      if let value = Members(member)?.text("value") { members[value] = member }
    }
  }

  package var resourceCount: Int { resources.count }

  package var value: String {
    var hash = SHA256()
    let keys = resources.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for key in keys {
      guard let resource = resources[key] else { continue }
      hash.update(Array(key.utf8) + [10] + resource.version + [10])
      hash.update(resource.resource + [10])
      hash.update(resource.record + [10])
      let values = resource.members.keys.sorted {
        $0.utf8.dropLast().lexicographicallyPrecedes($1.utf8.dropLast())
      }
      for value in values { hash.update((resource.members[value] ?? []) + [10]) }
    }
    hash.update(Array("admin\n\(Hex.encode(chain))".utf8))
    return Hex.encode(hash.finish())
  }

  /// The members of an object as the bytes they were written with.
  private struct Members {
    private let bytes: [UInt8]
    private let members: [JSONSlicer.Member]

    init?(_ bytes: [UInt8]) {
      guard let members = JSONSlicer.members(of: bytes.span, in: 0..<bytes.count)
      else { return nil }
      self.bytes = bytes
      self.members = members
    }

    func bytes(_ name: String) -> [UInt8]? {
      members.first { bytes[$0.name].elementsEqual(name.utf8) }.map { Array(bytes[$0.value]) }
    }

    func text(_ name: String) -> String? {
      bytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    func elements(_ name: String) -> [[UInt8]] {
      guard let array = bytes(name) else { return [] }
      return (JSONSlicer.elements(of: array.span, in: 0..<array.count) ?? [])
        .map { Array(array[$0]) }
    }

    var lastEvent: Members? {
      guard let events = bytes("events"),
        let last = JSONSlicer.elements(of: events.span, in: 0..<events.count)?.last
      else { return nil }
      return Members(Array(events[last]))
    }
  }
}
