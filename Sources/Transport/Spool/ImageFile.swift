/// Writes what lies in memory into a file that the same program reads back faster than it can make
/// it again. Blocks.
///
/// Nothing rests on it: it is not synced, and a reader that finds it damaged does without.
package struct ImageWriter: ~Copyable {
  private let path: String
  /// Most of what is put is a few bytes; written in pieces of this size.
  private static let piece = 1 << 20

  private let file: File
  private var checksum: UInt32 = 0
  private var buffer: [UInt8] = []

  /// - Parameter title: what it is of; a reader of anything else refuses it.
  package static func create(
    _ path: String, title: String
  ) throws(SpoolError) -> ImageWriter {
    let file: File
    do { file = try File(path + ".tmp", .creating) } catch { throw .file(error) }
    var writer = ImageWriter(path, file)
    try writer.write(title)
    return writer
  }

  private init(_ path: String, _ file: File) {
    self.path = path
    self.file = file
  }

  package mutating func write(_ number: Int) throws(SpoolError) { try put([UInt64(number)]) }

  package mutating func write(_ text: String) throws(SpoolError) { try write(Array(text.utf8)) }

  package mutating func write<Element: BitwiseCopyable>(_ array: [Element]) throws(SpoolError) {
    try put([UInt64(array.count)])
    try put(array)
  }

  /// Gives the file its name.
  package consuming func publish() throws(SpoolError) {
    let (path, bytes) = (path, buffer + File.bytes(of: [checksum]))
    do throws(FileError) {
      try file.write(bytes)
      try FileSystem.rename(path + ".tmp", to: path)
    } catch {
      throw .file(error)
    }
  }

  private mutating func put<Element: BitwiseCopyable>(_ array: [Element]) throws(SpoolError) {
    let bytes = File.bytes(of: array)
    checksum = CRC32C.checksum(bytes, continuing: checksum)
    buffer += bytes
    if buffer.count < Self.piece { return }
    do throws(FileError) { try file.write(buffer) } catch { throw .file(error) }
    buffer.removeAll(keepingCapacity: true)
  }
}

/// Reads what `ImageWriter` wrote, in the same order. Blocks.
package struct ImageReader: ~Copyable {
  private let path: String
  private let file: File
  private let size: UInt64
  private var offset: UInt64 = 0
  private var checksum: UInt32 = 0

  package static func open(_ path: String, title: String) throws(SpoolError) -> ImageReader {
    var reader: ImageReader
    do throws(FileError) {
      let file = try File(path, .reading)
      reader = ImageReader(path, file, size: try file.size())
    } catch {
      throw .file(error)
    }
    guard try reader.text() == title else {
      throw reader.unreadable("it is of something else")
    }
    return reader
  }

  private init(_ path: String, _ file: File, size: UInt64) {
    self.path = path
    self.file = file
    self.size = size
  }

  /// Counts are read before the checksum that proves them, so whatever a torn image holds must do.
  package mutating func number() throws(SpoolError) -> Int {
    guard let number = Int(exactly: try take(1, as: UInt64.self)[0]) else {
      throw unreadable("a count is too large")
    }
    return number
  }

  package mutating func text() throws(SpoolError) -> String {
    String(decoding: try array(of: UInt8.self), as: UTF8.self)
  }

  package mutating func array<Element: BitwiseCopyable>(
    of type: Element.Type = Element.self
  ) throws(SpoolError) -> [Element] {
    try take(try number(), as: type)
  }

  /// To be called last: whether everything read was what was written.
  package consuming func finish() throws(SpoolError) {
    let sum = checksum
    guard try take(1, as: UInt32.self)[0] == sum, offset == size else {
      throw unreadable("its checksum is wrong")
    }
  }

  private mutating func take<Element: BitwiseCopyable>(
    _ count: Int, as type: Element.Type
  ) throws(SpoolError) -> [Element] {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    guard count >= 0, !overflow, offset + UInt64(bytes) <= size else {
      throw unreadable("it ends too soon")
    }
    let array: [Element]
    do throws(FileError) { array = try file.elements(at: offset, count: count) } catch {
      throw .file(error)
    }
    offset += UInt64(bytes)
    checksum = CRC32C.checksum(File.bytes(of: array), continuing: checksum)
    return array
  }

  private func unreadable(_ reason: String) -> SpoolError {
    .corrupt(segment: path, offset: offset, seq: 0, reason: reason)
  }
}
