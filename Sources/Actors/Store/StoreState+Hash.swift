import Transport

extension StoreState {
  /// SHA-256, in hex, over every resource sorted by key, then the chain of the configuration's
  /// changes. A reader of `3-committed` that shares no code with this arrives at the same.
  ///
  /// Per resource: key, LF, version, LF, its stored bytes, LF, its employee's or group's bytes, LF,
  /// then each member of a group as JSON, LF, in the order of the values as JSON
  /// writes them, without quotes; at the end `admin`, LF
  /// and the chain in hex.
  package var hash: String {
    var hash = SHA256()
    for row in rows.sorted(by: { $0.key.path < $1.key.path }) {
      hash.update(Array("\(row.key.path)\n\(row.version)\n".utf8))
      hash.update(row.resource ?? [])
      hash.update([0x0A])
      hash.update(row.record)
      hash.update([0x0A])
      guard row.key.type == SCIMResourceType.group.segment, let place = place(row.key) else {
        continue
      }
      let members = membership.members(of: place).all.map { entry in
        (value: JSONValue(entry.member.value).bytes.dropLast(), member: entry.member)
      }
      for (_, member) in members.sorted(by: { $0.value.lexicographicallyPrecedes($1.value) }) {
        hash.update(JSONValue.object(member.json).bytes + [0x0A])
      }
    }
    hash.update(Array("admin\n\(Hex.encode(administration))".utf8))
    return Hex.encode(hash.finish())
  }

  /// The chain's next link: SHA-256 over the link before and the line's `data`.
  static func link(_ previous: [UInt8], _ data: [UInt8]) -> [UInt8] {
    SHA256.hash(previous + data)
  }
}
