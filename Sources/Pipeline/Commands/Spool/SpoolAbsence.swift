package import Transport

/// `spool verify --absent FILE`: whether values that must not be in a spool, secrets above all,
/// stand in any of its files. Findings name lines of FILE, never what is in them.
package struct SpoolAbsence {
  package struct Finding: Sendable, Equatable {
    /// Of the file with the values, from 1.
    package let line: Int
    /// Below the spool.
    package let place: String
    package let offset: UInt64
  }

  /// Bytes of a file that are looked at together.
  private static let chunk = 1 << 20
  /// Findings that are named; more say nothing new.
  private static let most = 100

  private let values: [(line: Int, bytes: [UInt8])]
  private let overlap: Int

  /// - Parameter list: one value per line; empty lines are none.
  package init(_ list: [UInt8]) {
    let lines = list.split(separator: 0x0A, omittingEmptySubsequences: false)
    values = lines.enumerated().compactMap { index, line in
      let value = line.last == 0x0D ? line.dropLast() : line
      return value.isEmpty ? nil : (index + 1, Array(value))
    }
    overlap = (values.map(\.bytes.count).max() ?? 1) - 1
  }

  /// Blocks.
  package func findings(in directory: String) throws(FileError) -> [Finding] {
    var findings: [Finding] = []
    for place in try Self.files(in: directory) where findings.count < Self.most {
      // On a live spool files come and go.
      guard let file = try File.ifPresent(directory + "/" + place) else { continue }
      try search(file, place, &findings)
    }
    return Array(findings.prefix(Self.most))
  }

  private static func files(
    in directory: String, below prefix: String = ""
  ) throws(FileError) -> [String] {
    var files: [String] = []
    for name in try FileSystem.list(directory).sorted() where name != "control.sock" {
      guard let status = try FileSystem.status("\(directory)/\(name)") else { continue }
      files +=
        status.isDirectory
        ? try Self.files(in: "\(directory)/\(name)", below: "\(prefix)\(name)/") : [prefix + name]
    }
    return files
  }

  /// Neighbouring chunks overlap by what a value needs, so that none hides between two.
  private func search(
    _ file: File, _ place: String, _ findings: inout [Finding]
  ) throws(FileError) {
    var start: UInt64 = 0
    while findings.count < Self.most {
      let bytes = try file.read(at: start, count: Self.chunk + overlap)
      for value in values {
        for offset in Self.places(of: value.bytes, in: bytes.span, before: Self.chunk) {
          findings.append(
            Finding(line: value.line, place: place, offset: start + UInt64(offset)))
        }
      }
      guard bytes.count > Self.chunk else { return }
      start += UInt64(Self.chunk)
    }
  }

  private static func places(
    of value: [UInt8], in bytes: Span<UInt8>, before end: Int
  ) -> [Int] {
    (0..<min(end, bytes.count)).filter { bytes[$0] == value[0] && bytes.has(value, at: $0) }
  }
}
