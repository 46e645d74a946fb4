import CLinux

/// The digest instructions of this processor, nil where it has none; asked for once.
enum DigestInstructions {
  static let hasCRC32C = clinux_has_crc32c() != 0
  static let hasSHA256 = clinux_has_sha256() != 0

  /// Only when `hasCRC32C`. `register` and the result are not inverted.
  static func crc32c(_ register: UInt32, _ bytes: Span<UInt8>) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return register }
      return unsafe clinux_crc32c(register, start, buffer.count)
    }
  }

  /// Only when `hasSHA256`. `bytes` holds whole blocks of 64.
  static func sha256(_ state: inout InlineArray<8, UInt32>, _ bytes: Span<UInt8>) {
    precondition(bytes.count % 64 == 0)
    var words = state.mutableSpan
    unsafe words.withUnsafeMutableBufferPointer { words in
      unsafe bytes.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress, let words = words.baseAddress else { return }
        unsafe clinux_sha256(words, start, buffer.count / 64)
      }
    }
  }
}
