import Transport

extension StoreState {
  /// SHA-256, in hex, over every resource sorted by key, then the chain of the configuration's
  /// changes. A reader of `3-committed` that shares no code with this arrives at the same.
  ///
  /// Per resource: key, LF, version, LF, its stored bytes, LF, its employee's bytes, LF; then
  /// `admin`, LF and the chain in hex.
  package var hash: String {
    var hash = SHA256()
    for row in rows.sorted(by: { $0.key.path < $1.key.path }) {
      hash.update(Array("\(row.key.path)\n\(row.version)\n".utf8))
      hash.update(row.resource ?? [])
      hash.update([0x0A])
      hash.update(row.record)
      hash.update([0x0A])
    }
    hash.update(Array("admin\n\(Hex.encode(administration))".utf8))
    return Hex.encode(hash.finish())
  }

  /// The chain's next link: SHA-256 over the link before and the line's `data`.
  static func link(_ previous: [UInt8], _ data: [UInt8]) -> [UInt8] {
    SHA256.hash(previous + data)
  }
}
