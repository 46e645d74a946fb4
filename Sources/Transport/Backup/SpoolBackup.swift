/// Writes a spool, in use or not, into one file: every line that is there, and a manifest.
package struct SpoolBackup {
  private static let chunk = 1 << 20

  private let directory: String
  private let hops: [HopDescription]

  package init(of directory: String, hops: [HopDescription]) throws(BackupError) {
    self.directory = directory
    self.hops = hops
    _ = try BackupError.reading { () throws(SpoolError) in
      try SpoolReader(directory: directory, hops: hops)
    }
  }

  /// Under its name only once it is whole and on disk. Blocks.
  package func write(to path: String) throws(BackupError) -> BackupManifest {
    let inventory = try SpoolInventory(of: directory, hops: hops)
    let temporary = path + ".tmp"
    do throws(BackupError) {
      let file = try BackupError.files { () throws(FileError) in try File(temporary, .creating) }
      let manifest = try write(inventory, to: file)
      try BackupError.files { () throws(FileError) in
        try file.sync()
        try FileSystem.rename(temporary, to: path)
        try FileSystem.syncDirectory(FileSystem.parent(of: path))
      }
      return manifest
    } catch {
      _ = try? FileSystem.remove(temporary)
      throw error
    }
  }

  /// As a stream, for a pipe. Blocks.
  package func writeToStandardOutput() throws(BackupError) -> BackupManifest {
    let inventory = try SpoolInventory(of: directory, hops: hops)
    let output = try BackupError.files { () throws(FileError) in try File(standardOutput: ()) }
    return try write(inventory, to: output)
  }

  private func write(
    _ inventory: SpoolInventory, to file: File
  ) throws(BackupError) -> BackupManifest {
    let header = try BackupError.files { () throws(FileError) in try newestHeader(inventory) }
    guard let header else { throw .spool(.notFound(directory: directory)) }
    let lines = try BackupError.files { () throws(FileError) in try lastLines(inventory) }
    return try BackupError.files { () throws(FileError) in
      let now = Timestamp.now
      var entries: [BackupManifest.Entry] = []
      for item in inventory.items where item.size > 0 || !item.name.hasSuffix(".jsonl") {
        entries.append(try write(item, to: file, at: now))
      }
      let manifest = BackupManifest(
        created: now, instance: header.instance, epoch: header.epoch, format: header.format,
        lines: lines, files: entries)
      let bytes = manifest.line
      let last = TarHeader(
        name: Self.folder + BackupManifest.name, size: UInt64(bytes.count), modified: now.seconds)
      try file.write(last.bytes + bytes + Self.padding(of: last))
      try file.write([UInt8](repeating: 0, count: 2 * TarHeader.blockSize))
      return manifest
    }
  }

  /// What members' names start with, so that unpacking by hand makes one directory.
  static let folder = "scim-hris-spool/"

  private func write(
    _ item: SpoolInventory.Item, to file: File, at now: Timestamp
  ) throws(FileError) -> BackupManifest.Entry {
    let name = Self.folder + item.name
    guard name.utf8.count <= 100, item.size < TarHeader.longestMember else {
      throw FileError("archive", item.file.path, code: 75)
    }
    let header = TarHeader(name: name, size: item.size, modified: now.seconds)
    try file.write(header.bytes)
    var sum = SHA256()
    var offset: UInt64 = 0
    while offset < item.size {
      let count = Int(min(UInt64(Self.chunk), item.size - offset))
      let bytes = try item.file.read(at: offset, count: count)
      guard !bytes.isEmpty else { throw FileError("read", item.file.path, code: 5) }
      sum.update(bytes)
      try file.write(bytes)
      offset += UInt64(bytes.count)
    }
    try file.write(Self.padding(of: header))
    return BackupManifest.Entry(
      name: item.name, size: item.size, sha256: Hex.encode(sum.finish()))
  }

  private static func padding(of header: TarHeader) -> [UInt8] {
    [UInt8](repeating: 0, count: Int(header.paddedSize - header.size))
  }
}

// MARK: What the lines say

extension SpoolBackup {
  /// The newest segment's header of any hop.
  private func newestHeader(_ inventory: SpoolInventory) throws(FileError) -> SegmentHeader? {
    var newest: SegmentHeader?
    for segment in inventory.segments.compactMap(\.last) {
      var lines = FileLines(
        segment.item.file, through: segment.item.size, longest: 4096, read: 4096)
      guard let line = try lines.next(), line.isTerminated,
        let header = SegmentHeader(parsing: lines.buffer.span.extracting(line.range)),
        header.created >= newest?.created ?? header.created
      else { continue }
      newest = header
    }
    return newest
  }

  /// The newest line of each hop: the last of its last segment, or the one before that.
  private func lastLines(
    _ inventory: SpoolInventory
  ) throws(FileError) -> [BackupManifest.Line] {
    var found: [BackupManifest.Line] = []
    for (hop, segments) in zip(hops, inventory.segments) {
      var last: UInt64 = 0
      if let segment = segments.last {
        last = segment.first - 1
        var lines = FileLines(
          segment.item.file, through: segment.item.size, longest: SpoolFormat.longestLine)
        while let line = try lines.next() {
          let bytes = lines.buffer.span.extracting(line.range)
          if let numbers = SpoolLine.numbers(of: bytes) { last = numbers.seq }
        }
      }
      found.append(BackupManifest.Line(hop: hop.name, seq: last))
    }
    return found
  }
}
