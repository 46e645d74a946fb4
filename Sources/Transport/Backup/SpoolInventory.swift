/// Every file of a spool that a copy of it needs, opened and measured in an order that keeps the
/// copy consistent while the server writes.
///
/// What is written later is opened earlier: cursors, then snapshots, then the hops from the last to
/// the first, so that nothing names what the copy lacks. Retention may unlink a file meanwhile: it
/// stays readable, as it is open.
struct SpoolInventory {
  struct Item: Sendable {
    /// Below the spool: "3-committed/00000000000000000001.jsonl".
    let name: String
    let file: File
    /// Bytes that count: whole lines.
    let size: UInt64
  }

  struct Segment: Sendable {
    let first: UInt64
    let item: Item
  }

  static let snapshots = SnapshotFiles.name
  static let secrets = "secrets.json"
  /// Directories of files that are made once and never changed.
  static let records = ["dead", "torn"]
  /// Times the files are opened again when some went away in between.
  private static let patience = 20

  let cursors: [Item]
  let snapshotFiles: [Item]
  /// In the order of the hops.
  let segments: [[Segment]]
  /// Signing secrets, dead letters, torn ends; opened last, as the hops name them.
  let others: [Item]

  init(of directory: String, hops: [HopDescription]) throws(BackupError) {
    for _ in 0..<Self.patience {
      do throws(FileError) {
        let found = try SpoolInventory(opening: directory, hops: hops)
        if found.isCovered(in: hops) {
          self = found
          return
        }
      } catch {
        guard error.code == 2 else { throw .spool(.file(error)) }
      }
    }
    throw .restless(directory)
  }

  private init(opening directory: String, hops: [HopDescription]) throws(FileError) {
    cursors = try Self.items("cursors", in: directory, mayVanish: true) {
      $0.hasSuffix(".json") && $0 != CursorFiles.redrive + ".json"
    }
    snapshotFiles = try Self.items(Self.snapshots, in: directory, mayVanish: false) {
      SpoolFormat.firstSeq(ofSegment: $0) != nil
    }
    var segments: [[Segment]] = []
    for hop in hops.reversed() {
      segments.insert(try Self.segments(of: hop.name, in: directory), at: 0)
    }
    self.segments = segments
    var others = try Self.items(Self.snapshots, in: directory, mayVanish: true) {
      $0 == Self.secrets
    }
    for name in Self.records {
      others += try Self.items(name, in: directory, mayVanish: true) { !$0.hasSuffix(".tmp") }
    }
    self.others = others
  }

  /// In the order in which a copy is written, so that one cut short names nothing it lacks.
  var items: [Item] {
    others + segments.flatMap { $0.map(\.item) } + snapshotFiles + cursors
  }

  /// The number of the newest snapshot.
  var snapshot: UInt64? {
    snapshotFiles.last.flatMap { SpoolFormat.firstSeq(ofSegment: String($0.name.suffix(26))) }
  }

  /// Whether the state can be had: from the first line on, or from the newest snapshot on.
  private func isCovered(in hops: [HopDescription]) -> Bool {
    guard let index = hops.firstIndex(where: \.isAcknowledged),
      let first = segments[index].first?.first
    else { return true }
    return first <= (snapshot ?? 0) + 1
  }
}

// MARK: Opening

extension SpoolInventory {
  private static func items(
    _ folder: String, in directory: String, mayVanish: Bool, where isWanted: (String) -> Bool
  ) throws(FileError) -> [Item] {
    let path = directory + "/" + folder
    guard try FileSystem.status(path) != nil else { return [] }
    var items: [Item] = []
    for name in try FileSystem.list(path) where isWanted(name) {
      do throws(FileError) {
        let file = try File(path + "/" + name, .reading)
        items.append(Item(name: folder + "/" + name, file: file, size: try file.size()))
      } catch {
        guard mayVanish, error.code == 2 else { throw error }
      }
    }
    return items
  }

  private static func segments(
    of hop: String, in directory: String
  ) throws(FileError) -> [Segment] {
    let directory = try HopDirectory(hop: hop, in: directory)
    var segments: [Segment] = []
    for first in directory.segments {
      let file = try File(directory.path(ofSegment: first), .reading)
      let size = try wholeLines(of: file)
      let name = directory.name(ofSegment: first)
      segments.append(Segment(first: first, item: Item(name: name, file: file, size: size)))
    }
    return segments
  }

  /// Bytes up to the last line feed there is now.
  static func wholeLines(of file: File) throws(FileError) -> UInt64 {
    var end = try file.size()
    while end > 0 {
      let start = end > 65_536 ? end - 65_536 : 0
      let bytes = try file.read(at: start, count: Int(end - start))
      if let index = bytes.lastIndex(of: 10) { return start + UInt64(index) + 1 }
      end = start
    }
    return 0
  }
}
