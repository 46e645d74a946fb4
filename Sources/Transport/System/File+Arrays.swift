import Glibc

/// Arrays of plain values as they lie in memory, for files that only the program that wrote them
/// reads again, on the same kind of machine.
extension File {
  /// Appends the bytes of all elements.
  package func write<Element: BitwiseCopyable>(elements array: [Element]) throws(FileError) {
    try write(Self.bytes(of: array))
  }

  /// The bytes of all elements.
  package static func bytes<Element: BitwiseCopyable>(of array: [Element]) -> [UInt8] {
    unsafe array.withUnsafeBytes { unsafe [UInt8]($0) }
  }

  /// The elements whose bytes begin at an offset.
  /// - Throws: code 74 when the file ends before.
  package func elements<Element: BitwiseCopyable>(
    at offset: UInt64, count: Int, as type: Element.Type = Element.self
  ) throws(FileError) -> [Element] {
    if count == 0 { return [] }
    let wanted = count * MemoryLayout<Element>.stride
    var got = 0
    let array = unsafe [Element](unsafeUninitializedCapacity: count) { buffer, filled in
      let base = unsafe UnsafeMutableRawPointer(buffer.baseAddress.unsafelyUnwrapped)
      while got < wanted {
        let read = unsafe pread(descriptor, base + got, wanted - got, off_t(offset) + got)
        if read < 0 && errno == EINTR { continue }
        if read <= 0 { break }
        got += read
      }
      filled = got == wanted ? count : 0
    }
    guard got == wanted else { throw FileError("read", path, code: 74) }
    return array
  }
}
