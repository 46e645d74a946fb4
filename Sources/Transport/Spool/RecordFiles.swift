import Synchronization

/// Reads parts of the files that records in memory point into: segments of the acknowledged hop and
/// snapshots. What is pointed to never changes and is not removed while it is pointed to.
package final class RecordFiles: Sendable {
  /// One file, small enough to stand in every record.
  package struct Name: Sendable, Hashable {
    /// The first number of a segment, or the number of a snapshot with the top bit set.
    package let raw: UInt64

    package init(raw: UInt64) { self.raw = raw }

    package static func segment(_ first: UInt64) -> Name { Name(raw: first) }
    package static func snapshot(_ seq: UInt64) -> Name { Name(raw: seq | 1 << 63) }

    package var isSnapshot: Bool { raw >> 63 == 1 }
    package var seq: UInt64 { raw & ~(1 << 63) }
  }

  /// Files kept open; one more closes those that were.
  private static let openLimit = 64

  private let segments: String
  private let snapshots: String
  private let files = Mutex<[UInt64: File]>([:])
  private let threads: [BlockingThread]
  private let turn = Atomic<Int>(0)
  /// What was written cannot be read any more: the process must end.
  private let onFailure: @Sendable (SpoolError) -> Void

  /// - Parameters:
  ///   - directory: the spool's.
  ///   - hop: whose segments are pointed into.
  ///   - threads: where reads go that have to wait for the disk.
  ///   - onFailure: called when a read fails; what was asked for is empty then.
  package init(
    directory: String, hop: String, threads: [BlockingThread],
    onFailure: @escaping @Sendable (SpoolError) -> Void
  ) {
    self.onFailure = onFailure
    segments = directory + "/" + hop
    snapshots = directory + "/" + SnapshotFiles.name
    self.threads = threads
  }

  /// The bytes if they can be had without waiting for the disk.
  package func cached(_ name: Name, at offset: UInt64, count: Int) -> [UInt8]? {
    (try? file(name))?.readCached(at: offset, count: count)
  }

  /// Whether the bytes can be had without waiting for the disk; one of each page is looked at.
  package func isCached(_ name: Name, at offset: UInt64, count: Int) -> Bool {
    guard let file = try? file(name) else { return false }
    let page: UInt64 = 4096
    let end = offset + UInt64(max(count, 1))
    return stride(from: offset / page * page, to: end, by: Int(page)).allSatisfy {
      file.readCached(at: max($0, offset), count: 1) != nil
    }
  }

  /// The bytes, from memory at once or from the disk while the caller is suspended.
  package func read(_ name: Name, at offset: UInt64, count: Int) async -> [UInt8] {
    if let bytes = cached(name, at: offset, count: count) { return bytes }
    let thread = threads[turn.add(1, ordering: .relaxed).newValue % threads.count]
    return await thread.run { self.readNow(name, at: offset, count: count) }
  }

  /// The bytes, waiting for the disk if need be. Blocks.
  package func readNow(_ name: Name, at offset: UInt64, count: Int) -> [UInt8] {
    do { return try load(name, at: offset, count: count) } catch { onFailure(error) }
    return []
  }

  private func load(
    _ name: Name, at offset: UInt64, count: Int
  ) throws(SpoolError) -> [UInt8] {
    let bytes = try SpoolError.files { () throws(FileError) in
      try file(name).read(at: offset, count: count)
    }
    guard bytes.count == count else {
      throw .corrupt(
        segment: path(name), offset: offset, seq: name.seq, reason: "the file ends too soon")
    }
    return bytes
  }

  private func file(_ name: Name) throws(FileError) -> File {
    if let file = files.withLock({ $0[name.raw] }) { return file }
    let file = try File(path(name), .reading)
    files.withLock { files in
      if files.count >= Self.openLimit { files.removeAll() }
      files[name.raw] = file
    }
    return file
  }

  private func path(_ name: Name) -> String {
    (name.isSnapshot ? snapshots : segments) + "/" + SpoolFormat.segmentName(first: name.seq)
  }
}
