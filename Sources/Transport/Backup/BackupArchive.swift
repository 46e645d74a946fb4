/// A file that `backup` has written: finds its members, compares them with the manifest, unpacks.
package struct BackupArchive {
  /// More than any manifest: each file of a spool takes some 150 bytes of it.
  private static let longestManifest: UInt64 = 256 << 20
  private static let chunk = 1 << 20

  struct Member {
    /// Below the spool.
    let name: String
    /// Where its bytes stand in the archive.
    let offset: UInt64
    let size: UInt64
  }

  package let path: String
  package let manifest: BackupManifest
  let hops: [HopDescription]
  private let file: File
  private let members: [Member]

  /// Reads the headers of all members and the manifest; nothing else yet. Blocks.
  package init(_ path: String, hops: [HopDescription]) throws(BackupError) {
    self.path = path
    self.hops = hops
    file = try BackupError.files { () throws(FileError) in try File(path, .reading) }
    var found = try Self.members(of: file, hops: hops)
    guard let last = found.popLast(), last.name == BackupManifest.name,
      last.size <= Self.longestManifest
    else { throw .notABackup(path, reason: "it ends before its manifest") }
    let file = file
    let bytes = try BackupError.files { () throws(FileError) in
      try file.read(at: last.offset, count: Int(last.size))
    }
    guard let manifest = BackupManifest(parsing: bytes) else {
      throw .notABackup(path, reason: "its manifest does not read back")
    }
    guard manifest.format <= SpoolRelease.readable else {
      throw .spool(.newerFormat(segment: path, version: manifest.format))
    }
    self.manifest = manifest
    members = found
  }

  private static func members(
    of file: File, hops: [HopDescription]
  ) throws(BackupError) -> [Member] {
    let size = try BackupError.files { () throws(FileError) in try file.size() }
    var members: [Member] = []
    var offset: UInt64 = 0
    while offset + UInt64(TarHeader.blockSize) <= size {
      let block = try BackupError.files { () throws(FileError) in
        try file.read(at: offset, count: TarHeader.blockSize)
      }
      if block.allSatisfy({ $0 == 0 }) { break }
      guard let header = TarHeader(parsing: block), let name = name(of: header, hops: hops) else {
        throw .notABackup(file.path, reason: "no member of a backup stands at offset \(offset)")
      }
      offset += UInt64(TarHeader.blockSize)
      guard header.paddedSize <= size - offset else {
        throw .notABackup(file.path, reason: "it ends in the middle of \(name)")
      }
      members.append(Member(name: name, offset: offset, size: header.size))
      offset += header.paddedSize
    }
    return members
  }

  /// The name below the spool; nil for any that a backup does not hold, such as one that leads
  /// out of the directory it is unpacked in.
  private static func name(of header: TarHeader, hops: [HopDescription]) -> String? {
    guard header.name.hasPrefix(SpoolBackup.folder) else { return nil }
    let name = header.name.dropFirst(SpoolBackup.folder.count)
    if name == BackupManifest.name { return BackupManifest.name }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty, !parts[1].hasPrefix("."),
      SpoolRestore.folders(hops).contains(String(parts[0])),
      parts[1].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
    else { return nil }
    return String(name)
  }
}

// MARK: Verifying

extension BackupArchive {
  /// Compares every member with the manifest and every line with its checksum. Blocks.
  package func verify() throws(BackupError) -> SpoolReader.Verification {
    var verification = SpoolReader.Verification()
    verification.lines = hops.map { _ in 0 }
    verification.findings = differences()
    let known = Dictionary(
      manifest.files.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (index, member) in members.enumerated() {
      verification.bytes += member.size
      verification.segments += 1
      let sum = try sum(of: member)
      let isChanged = known[member.name].map { $0.sha256 != sum } ?? false
      let lines = try survey(member, mayBeTorn: isLast(index) && !isChanged)
      if let hop = hops.firstIndex(where: { member.name.hasPrefix($0.name + "/") }) {
        verification.lines[hop] += lines?.lines ?? 0
      }
      if let finding = lines?.finding {
        verification.findings.append(finding)
      } else if isChanged {
        verification.findings.append(
          Self.finding(member.name, "its SHA-256 is not the manifest's"))
      }
    }
    return verification
  }

  /// Members and manifest must name the same files of the same sizes.
  private func differences() -> [SpoolReader.Finding] {
    let here = Set(members.map { "\($0.name) \($0.size)" })
    let there = Set(manifest.files.map { "\($0.name) \($0.size)" })
    let missing = manifest.files.filter { !here.contains("\($0.name) \($0.size)") }
    let unknown = members.filter { !there.contains("\($0.name) \($0.size)") }
    return missing.map { Self.finding($0.name, "it is missing, or of another size") }
      + unknown.map { Self.finding($0.name, "the manifest does not name it so") }
  }

  private static func finding(_ name: String, _ reason: String) -> SpoolReader.Finding {
    .corrupt(segment: name, offset: 0, seq: 0, reason: reason)
  }

  /// Whether this is the newest segment of its hop, the only one whose end may be torn.
  private func isLast(_ index: Int) -> Bool {
    let folder = members[index].name.prefix { $0 != "/" }
    guard index + 1 < members.count else { return true }
    return !members[index + 1].name.hasPrefix(folder + "/")
  }

  private func sum(of member: Member) throws(BackupError) -> String {
    try BackupError.files { () throws(FileError) in
      var sum = SHA256()
      var offset: UInt64 = 0
      while offset < member.size {
        let count = Int(min(UInt64(Self.chunk), member.size - offset))
        let bytes = try file.read(at: member.offset + offset, count: count)
        guard bytes.count == count else { throw FileError("read", path, code: 5) }
        sum.update(bytes)
        offset += UInt64(count)
      }
      return Hex.encode(sum.finish())
    }
  }

  /// Judges the lines of a segment; nil for any other member.
  private func survey(
    _ member: Member, mayBeTorn: Bool
  ) throws(BackupError) -> (lines: UInt64, finding: SpoolReader.Finding?)? {
    let parts = member.name.split(separator: "/")
    guard let hop = hops.first(where: { $0.name == parts[0] }),
      let first = SpoolFormat.firstSeq(ofSegment: String(parts[1]))
    else { return nil }
    return try BackupError.files { () throws(FileError) in
      var survey = SegmentSurvey(
        first, path: member.name, size: member.size, references: hop.references)
      var lines = FileLines(
        file, from: member.offset, through: member.offset + member.size,
        longest: SpoolFormat.longestLine)
      try survey.read(&lines, at: member.offset, hop: hop.name, hop.references)
      let isTorn = mayBeTorn && !(hop.isAcknowledged && survey.isDamagedBelowBase)
      return (survey.lastOfAll + 1 - first, survey.finding(named: member.name, isTorn: isTorn))
    }
  }
}

// MARK: Unpacking

extension BackupArchive {
  /// Puts every member under its name below a directory whose folders exist. Blocks.
  func unpack(into directory: String) throws(FileError) {
    for member in members {
      let target = try File(directory + "/" + member.name, .creating)
      try file.copy(member.offset..<(member.offset + member.size), to: target)
      try target.sync()
    }
  }
}
