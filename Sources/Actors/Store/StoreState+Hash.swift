import Transport

extension StoreState {
  /// SHA-256, in hex, over what all resources come to and the chain of the configuration's changes,
  /// as `docs/SPOOL_FORMAT.md` says. A reader of the spool that shares no code with this arrives at
  /// the same.
  package var hash: String {
    var sum = StateSum()
    for place in rows.indices { sum.add(digest(at: place, row(at: place))) }
    return sum.hash(administration: administration)
  }

  /// One resource's part of the state's hash.
  func digest(at place: Int, _ row: ResourceRow) -> [UInt8] {
    var hash = SHA256()
    hash.update(Array("\(row.key.path)\n\(row.version)\n".utf8))
    hash.update(row.resource ?? [])
    hash.update([0x0A])
    hash.update(row.record)
    hash.update([0x0A])
    guard isGroup(place) else { return hash.finish() }
    let members = membership.members(of: place).all.map { entry in
      (value: JSONValue(entry.member.value).bytes.dropLast(), member: entry.member)
    }
    for (_, member) in members.sorted(by: { $0.value.lexicographicallyPrecedes($1.value) }) {
      hash.update(JSONValue.object(member.json).bytes + [0x0A])
    }
    return hash.finish()
  }

  /// The chain's next link: SHA-256 over the link before and the line's `data`.
  static func link(_ previous: [UInt8], _ data: [UInt8]) -> [UInt8] {
    SHA256.hash(previous + data)
  }
}

/// The sum of all resources' digests, as 256-bit numbers: whatever their order, it is the same.
struct StateSum: Sendable {
  private var count = 0
  /// Least significant first.
  private var words: [UInt64] = [0, 0, 0, 0]

  /// - Parameter digest: 32 bytes, most significant first.
  mutating func add(_ digest: [UInt8]) {
    count += 1
    var carry = false
    for place in 0..<4 {
      let start = 24 - 8 * place
      let word = digest[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let (sum, overflow) = words[place].addingReportingOverflow(word)
      let (total, again) = sum.addingReportingOverflow(carry ? 1 : 0)
      words[place] = total
      carry = overflow || again
    }
  }

  func hash(administration: [UInt8]) -> String {
    let bytes = words.reversed().flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
    }
    let text = "\(count)\n\(Hex.encode(bytes))\nadmin\n\(Hex.encode(administration))"
    return Hex.encode(SHA256.hash(Array(text.utf8)))
  }
}
