package import Transport

/// One resource as the state holds it: who it is and where its bytes lie. Its texts are on disk, so
/// that a million people fit into a small machine.
struct StoredRow: Sendable, BitwiseCopyable {
  /// The SCIM id.
  var id: RowName
  /// `emp_…` or `grp_…`; none for a type that applications do not see.
  var recordId: RowName
  /// Milliseconds since 1970.
  var created: Int64
  var lastModified: Int64
  /// The outcome that made it what a change is computed from.
  var contentSeq: UInt64
  /// The newest outcome it shows anything of; an answer that shows it waits until that is durable.
  var lastSeq: UInt64
  var body: BodyPlace
  var version: UInt32
  /// The number of its type and connection.
  var set: UInt32
  var isDeleted: Bool
  /// False only for who is there and out of use.
  var isActive: Bool
  /// Nothing is known of it but its ids, for ever.
  var isErased = false
}

/// Where the bytes of one resource are: a part of a file, or still in memory under the number of
/// their line.
struct BodyPlace: Sendable, BitwiseCopyable, Equatable {
  /// A part of the bytes around it.
  struct Part: Sendable, BitwiseCopyable, Equatable {
    var start: UInt32
    var count: UInt32
    /// CRC32C of the bytes: files are verified when they are opened, and a disk may forget later.
    var checksum: UInt32

    init(_ range: Range<Int>?, of data: [UInt8]) {
      start = UInt32(range?.lowerBound ?? 0)
      count = UInt32(range?.count ?? 0)
      checksum = range.map { CRC32C.checksum(data.span.extracting($0)) } ?? 0
    }

    var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
  }

  private static let memory = UInt64.max

  /// The file's `RecordFiles.Name`.
  private(set) var file: UInt64
  /// Where the line's data begin; of bytes in memory the number of the line.
  private(set) var offset: UInt64
  /// Within the line's data.
  private(set) var resource: Part
  private(set) var unknown: Part
  private(set) var record: Part

  /// In memory until it is known where the line stands.
  init(line seq: UInt64, _ parts: BodyParts) {
    self.init(Self.memory, seq, parts)
  }

  init(_ name: RecordFiles.Name, at offset: UInt64, _ parts: BodyParts) {
    self.init(name.raw, offset, parts)
  }

  private init(_ file: UInt64, _ offset: UInt64, _ parts: BodyParts) {
    self.file = file
    self.offset = offset
    resource = parts.resource
    unknown = parts.unknown
    record = parts.record
  }

  var isInMemory: Bool { file == Self.memory }
  var name: RecordFiles.Name { RecordFiles.Name(raw: file) }

  /// The line is on disk.
  mutating func land(in name: RecordFiles.Name, at offset: UInt64) {
    file = name.raw
    self.offset = offset
  }

  /// The smallest part that holds all others.
  var whole: Range<Int> {
    let parts = [resource, unknown, record].filter { $0.count > 0 }.map(\.range)
    guard let first = parts.first else { return 0..<0 }
    return parts.reduce(first) {
      min($0.lowerBound, $1.lowerBound)..<max($0.upperBound, $1.upperBound)
    }
  }
}

/// Where in a line's data the parts stand that the state reads again.
struct BodyLayout: Sendable, Equatable {
  /// Nil once deleted.
  var resource: Range<Int>?
  var unknown: Range<Int>?
  /// The employee or the group.
  var record: Range<Int>?
}

/// The parts of a body with their checksums, taken from a line's data.
struct BodyParts: Sendable {
  let resource: BodyPlace.Part
  let unknown: BodyPlace.Part
  let record: BodyPlace.Part

  init(_ layout: BodyLayout, of data: [UInt8]) {
    resource = BodyPlace.Part(layout.resource, of: data)
    unknown = BodyPlace.Part(layout.unknown, of: data)
    record = BodyPlace.Part(layout.record, of: data)
  }
}

/// Some bytes of a row as it was when it was looked at: at hand, or still to be read.
package enum RowBytes: Sendable {
  case held([UInt8])
  case filed(RecordFiles.Extent)
}
