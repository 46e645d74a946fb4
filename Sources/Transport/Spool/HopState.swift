import Synchronization

/// What the threads of a spool and its users share about one hop.
final class HopState: Sendable {
  let index: Int
  let description: HopDescription
  /// The hop's directory.
  let path: String
  /// Every line up to here is on disk.
  let durable: Atomic<UInt64>
  /// Every line up to here has been handed to the system.
  let written: Atomic<UInt64>
  let lines = Atomic<UInt64>(0)
  let bytes = Atomic<UInt64>(0)
  /// The file of the open segment; replaced before the first line goes to the next one.
  let file: Mutex<File>
  /// First numbers of the segments, ascending.
  let segments: Mutex<[UInt64]>
  /// Where readers stopped, so that they go on without a search.
  let places = Mutex(HopPlaces())
  /// When the open segment got its first line, in milliseconds; 0 while it has none.
  let started: Atomic<Int64>

  init(index: Int, _ description: HopDescription, _ writer: SegmentWriter, segments: [UInt64]) {
    self.index = index
    self.description = description
    path = writer.directory
    durable = Atomic(writer.last)
    written = Atomic(writer.last)
    file = Mutex(writer.file)
    self.segments = Mutex(segments)
    started = Atomic(writer.started?.milliseconds ?? 0)
  }

  var name: String { description.name }

  /// The hop as it lies on disk now.
  var directory: HopDirectory {
    HopDirectory(hop: name, path: path, segments: segments.withLock { $0 })
  }

  func start(_ writer: SegmentWriter) {
    file.withLock { $0 = writer.file }
    segments.withLock { $0.append(writer.header.first) }
    started.store(0, ordering: .relaxed)
  }

  /// These segments are about to go: nobody begins to read them any more.
  func forget(_ gone: Set<UInt64>) {
    segments.withLock { $0.removeAll { gone.contains($0) } }
    places.withLock { $0.forget(gone) }
  }
}

/// Remembers after which line which place in which file follows.
struct HopPlaces: Sendable {
  struct Place: Sendable {
    let segment: UInt64
    let offset: UInt64
    /// What the line before states.
    let checksum: UInt32
  }

  /// More than readers at work at a time; when full, all are forgotten and found again.
  static let limit = 256
  private var places: [UInt64: Place] = [:]

  mutating func take(_ seq: UInt64) -> Place? { places.removeValue(forKey: seq) }

  mutating func put(_ place: Place, for seq: UInt64) {
    if places.count >= Self.limit { places.removeAll(keepingCapacity: true) }
    places[seq] = place
  }

  mutating func forget(_ segments: Set<UInt64>) {
    places = places.filter { !segments.contains($0.value.segment) }
  }
}
