import Glibc

extension Span where Element == UInt8 {
  /// Whether the byte occurs; the C library looks at many bytes at a time.
  package func has(_ byte: UInt8) -> Bool {
    unsafe withUnsafeBufferPointer {
      guard let start = $0.baseAddress else { return false }
      return unsafe memchr(start, Int32(byte), $0.count) != nil
    }
  }

  /// The bytes as an array; what outlives the read they came from.
  package func copied() -> [UInt8] {
    unsafe withUnsafeBufferPointer { unsafe [UInt8]($0) }
  }

  /// The bytes as text, ill-formed UTF-8 replaced.
  package func text() -> String {
    unsafe withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// Whether this starts with exactly these bytes at an offset.
  package func has(_ bytes: [UInt8], at offset: Int) -> Bool {
    guard offset >= 0, offset + bytes.count <= count else { return false }
    for index in bytes.indices where self[offset + index] != bytes[index] { return false }
    return true
  }
}
