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

  /// A part of a file, to be read later: it can be read even when the file was removed meanwhile.
  package struct Extent: Sendable {
    fileprivate let file: File
    fileprivate let offset: UInt64
    fileprivate let count: Int
    /// CRC32C of the bytes; nil where they are only fetched.
    fileprivate let checksum: UInt32?
  }

  /// Holds on to a part that is pointed to now. Opens the file if need be.
  /// - Parameter checksum: what the bytes must have; anything else ends in `onFailure`.
  package func extent(
    _ name: Name, at offset: UInt64, count: Int, checksum: UInt32? = nil
  ) -> Extent? {
    do {
      return Extent(file: try file(name), offset: offset, count: count, checksum: checksum)
    } catch {
      onFailure(.file(error))
    }
    return nil
  }

  /// A file that goes is not kept open any longer; who holds on to a part of it still reads it.
  package func drop(_ names: [Name]) {
    let gone = files.withLock { files in names.compactMap { files.removeValue(forKey: $0.raw) } }
    _ = consume gone
  }

  /// What was read is not what was written.
  package func refuse(_ name: Name, at offset: UInt64) { refuse(path(name), at: offset) }

  private func refuse(_ path: String, at offset: UInt64) {
    onFailure(
      .corrupt(
        segment: path, offset: offset, seq: 0,
        reason: "a record does not read back as it was written"))
  }

  /// Whether the bytes can be had without waiting for the disk; one of each page is looked at.
  package func isCached(_ extent: Extent) -> Bool {
    let page: UInt64 = 4096
    let end = extent.offset + UInt64(max(extent.count, 1))
    return stride(from: extent.offset / page * page, to: end, by: Int(page)).allSatisfy {
      extent.file.readCached(at: max($0, extent.offset), count: 1) != nil
    }
  }

  /// The bytes, from memory at once or from the disk while the caller is suspended.
  package func read(_ extent: Extent) async -> [UInt8] {
    if let bytes = extent.file.readCached(at: extent.offset, count: extent.count) {
      return confirmed(bytes, extent)
    }
    let thread = threads[turn.add(1, ordering: .relaxed).newValue % threads.count]
    return await thread.run { self.readNow(extent) }
  }

  /// The bytes, waiting for the disk if need be. Blocks.
  package func readNow(_ name: Name, at offset: UInt64, count: Int) -> [UInt8] {
    extent(name, at: offset, count: count).map { readNow($0) } ?? []
  }

  private func readNow(_ extent: Extent) -> [UInt8] {
    do throws(FileError) {
      let bytes = try extent.file.read(at: extent.offset, count: extent.count)
      if bytes.count == extent.count { return confirmed(bytes, extent) }
      onFailure(
        .corrupt(
          segment: extent.file.path, offset: extent.offset, seq: 0,
          reason: "the file ends too soon"))
    } catch {
      onFailure(.file(error))
    }
    return []
  }

  private func confirmed(_ bytes: [UInt8], _ extent: Extent) -> [UInt8] {
    if let checksum = extent.checksum, CRC32C.checksum(bytes) != checksum {
      refuse(extent.file.path, at: extent.offset)
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
