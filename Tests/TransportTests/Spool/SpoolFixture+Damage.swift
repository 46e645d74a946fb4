import Glibc
import TestSupport

@testable import Transport

/// What a crash, a disk or a careless hand does to the files.
extension SpoolFixture {
  /// The segments of a hop, oldest first, with their paths.
  func segments(_ hop: Int = committed) throws -> [String] {
    let directory = try HopDirectory(hop: Self.hops[hop].name, in: path)
    return directory.segments.map { directory.path(ofSegment: $0) }
  }

  func bytes(_ path: String) throws -> [UInt8] { try FileSystem.contents(of: path) }

  func overwrite(_ path: String, _ bytes: [UInt8]) throws {
    let file = try File(path, .creating)
    try file.write(bytes)
  }

  /// Lines as a batch that was never synced would stand behind the end of a segment.
  func unsyncedBatch(_ count: Int, behind bytes: [UInt8], after last: UInt64) -> [UInt8] {
    let end = bytes.dropLast()
    var crc = SpoolFormat.statedChecksum(of: Array(end).span) ?? 0
    var batch: [UInt8] = []
    for index in 0..<count {
      SpoolFragment(Self.record(index), at: .now)
        .write(
          seq: last + 1 + UInt64(index), based: last + 1, chaining: &crc, to: &batch)
    }
    return batch
  }

  /// Where each line of these bytes starts.
  static func lineStarts(_ bytes: [UInt8]) -> [Int] {
    [0] + bytes.indices.filter { bytes[$0] == 10 && $0 + 1 < bytes.count }.map { $0 + 1 }
  }

  /// Removes the note of what is durable, so that only the hops themselves bear witness.
  func forgetWitness() throws { try FileSystem.remove(path + "/cursors/durable.json") }

  func tornFiles() throws -> [String] { try FileSystem.list(path + "/torn") }

  var reader: SpoolReader {
    get throws { try SpoolReader(directory: path, hops: Self.hops) }
  }
}
