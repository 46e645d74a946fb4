import Glibc

/// Splits a file into its lines in big reads, holding one line and one read in memory.
///
/// A line longer than `longest` is passed over and reported as such.
package struct FileLines: ~Copyable {
  package struct Line {
    /// Where the line starts in the file.
    package let offset: UInt64
    /// Bytes in the file, the newline included where there is one.
    package let length: UInt64
    /// Where its bytes, without the newline, are in `buffer`; empty when it is too long.
    package let range: Range<Int>
    /// Whether a newline ends it; false only for the last.
    package let isTerminated: Bool
    package let isTooLong: Bool
  }

  package private(set) var buffer: [UInt8]
  private let file: File
  private let longest: Int
  private var start = 0
  private var end = 0
  /// Where `buffer[end]` would be in the file.
  private var position: UInt64
  private let limit: UInt64

  /// - Parameter limit: the file is read up to here, even when it grows meanwhile.
  package init(
    _ file: File, from offset: UInt64 = 0, through limit: UInt64, longest: Int, read: Int = 1 << 20
  ) {
    self.file = file
    self.limit = limit
    self.longest = longest
    position = offset
    let rest = limit > offset ? limit - offset : 0
    buffer = [UInt8](repeating: 0, count: max(512, Int(min(UInt64(read), rest + 1))))
  }

  /// The next line, or nil at the end. Its bytes stay in `buffer` until the next call.
  package mutating func next() throws(FileError) -> Line? {
    var searched = start
    while true {
      if let newline = newline(from: searched) {
        return take(upTo: newline, through: newline + 1, isTerminated: true)
      }
      searched = end - start
      if searched > longest { return try passOver() }
      let got = try fill()
      searched += start
      if got == 0 { return start == end ? nil : take(upTo: end, through: end, isTerminated: false) }
    }
  }

  private mutating func take(upTo stop: Int, through next: Int, isTerminated: Bool) -> Line {
    let isTooLong = stop - start > longest
    let line = Line(
      offset: position - UInt64(end - start), length: UInt64(next - start),
      range: isTooLong ? start..<start : start..<stop, isTerminated: isTerminated,
      isTooLong: isTooLong)
    start = next
    return line
  }

  /// Reads on, at the end of what is held; moves or grows the buffer when there is no room.
  private mutating func fill() throws(FileError) -> Int {
    if end == buffer.count {
      if start > buffer.count / 2 {
        buffer.replaceSubrange(0..<(end - start), with: Array(buffer[start..<end]))
        end -= start
        start = 0
      } else {
        buffer.append(contentsOf: [UInt8](repeating: 0, count: buffer.count))
      }
    }
    let wanted = Int(min(UInt64(buffer.count - end), limit > position ? limit - position : 0))
    let got = try file.read(at: position, into: &buffer, from: end, count: wanted)
    end += got
    position += UInt64(got)
    return got
  }

  /// Skips the rest of a line that is too long.
  private mutating func passOver() throws(FileError) -> Line? {
    let offset = position - UInt64(end - start)
    while true {
      start = 0
      end = 0
      let got = try fill()
      let newline = newline(from: 0)
      if got > 0 && newline == nil { continue }
      start = newline.map { $0 + 1 } ?? end
      return Line(
        offset: offset, length: position - UInt64(end - start) - offset, range: 0..<0,
        isTerminated: newline != nil, isTooLong: true)
    }
  }

  private func newline(from index: Int) -> Int? {
    unsafe buffer.withUnsafeBytes { raw in
      guard index < end, let base = raw.baseAddress,
        let found = unsafe memchr(base + index, 10, end - index)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }
}
