/// The snapshots of a spool as they lie in its directory.
package struct SnapshotFiles: Sendable {
  static let name = "snapshots"

  package let directory: String

  /// - Parameter spool: its directory.
  package init(spool: String) { directory = spool + "/" + Self.name }

  /// By the last line each includes, oldest first; not whether they are whole. Blocks.
  package func numbers() throws(SpoolError) -> [UInt64] {
    try SpoolError.files { () throws(FileError) in
      guard try FileSystem.status(directory) != nil else { return [] }
      return try FileSystem.list(directory).compactMap { SpoolFormat.firstSeq(ofSegment: $0) }
    }
  }

  package func path(_ seq: UInt64) -> String {
    directory + "/" + SpoolFormat.segmentName(first: seq)
  }

  /// What the program keeps beside a snapshot to start faster; it can be made again from it.
  package func indexPath(_ seq: UInt64) -> String { path(seq).dropLast(5) + "index" }

  /// What errors and screens call it.
  package func name(of seq: UInt64) -> String {
    Self.name + "/" + SpoolFormat.segmentName(first: seq)
  }

  package func bytes(_ seq: UInt64) throws(SpoolError) -> UInt64 {
    try SpoolError.files { () throws(FileError) in try FileSystem.status(path(seq))?.size ?? 0 }
  }

  /// Begins a snapshot. Blocks.
  package func writer(_ header: SnapshotHeader) throws(SpoolError) -> SnapshotWriter {
    do throws(FileError) {
      try FileSystem.makeDirectory(directory)
      return try SnapshotWriter(header, at: path(header.seq))
    } catch {
      throw .file(error)
    }
  }

  /// Removes what was written of a snapshot that was not finished. Blocks.
  package func abandon(_ seq: UInt64) throws(SpoolError) {
    try SpoolError.files { () throws(FileError) in
      try FileSystem.remove(path(seq) + ".tmp")
      try FileSystem.remove(indexPath(seq) + ".tmp")
    }
  }

  /// Moves a snapshot that does not read back to `torn/`, so that it is not counted on. Blocks.
  package func setAside(_ seq: UInt64) throws(SpoolError) {
    let torn = FileSystem.parent(of: directory) + "/torn"
    try SpoolError.files { () throws(FileError) in
      try FileSystem.remove(indexPath(seq))
      let name = "snapshot-\(seq)-\(Timestamp.now.milliseconds).torn"
      try FileSystem.rename(path(seq), to: torn + "/" + name)
      try FileSystem.syncDirectory(torn)
      try FileSystem.syncDirectory(directory)
    }
  }

  /// Removes a snapshot and what is kept beside it. Blocks.
  package func remove(_ seq: UInt64) throws(SpoolError) {
    try SpoolError.files { () throws(FileError) in
      try FileSystem.remove(indexPath(seq))
      if try FileSystem.remove(path(seq)) { try FileSystem.syncDirectory(directory) }
    }
  }

  /// Removes what a crash left of unfinished snapshots. Blocks.
  package func clean() throws(SpoolError) {
    try SpoolError.files { () throws(FileError) in
      guard try FileSystem.status(directory) != nil else { return }
      let names = try FileSystem.list(directory)
      for name in names where name.hasSuffix(".tmp") {
        try FileSystem.remove(directory + "/" + name)
      }
      let kept = Set(names.filter { $0.hasSuffix(".jsonl") }.map { $0.dropLast(5) })
      for name in names where name.hasSuffix("index") && !kept.contains(name.dropLast(5)) {
        try FileSystem.remove(directory + "/" + name)
      }
    }
  }

  /// Opens a snapshot of which header and footer are whole.
  /// - Throws: `corrupt` when they are not, `newerFormat`. Blocks.
  package func open(_ seq: UInt64) throws(SpoolError) -> SnapshotReader {
    let reader = try SnapshotReader(path: path(seq), name: name(of: seq))
    guard reader.header.seq == seq else {
      throw .corrupt(
        segment: name(of: seq), offset: 0, seq: seq, reason: "the header is another snapshot's")
    }
    return reader
  }
}
