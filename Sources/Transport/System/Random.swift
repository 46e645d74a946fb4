import CLinux
import Glibc
import Synchronization

/// Unguessable bytes from the kernel, fetched a block at a time so that an id costs no system call.
package enum Random {
  /// What one refill fetches; larger requests bypass the block.
  private static let blockSize = 4096

  /// Bytes that nobody has been given yet: `bytes[next...]`.
  private struct Block: Sendable {
    var bytes: [UInt8] = []
    var next = 0
  }

  private static let block = Mutex(Block())

  package static func bytes(_ count: Int) -> [UInt8] {
    if count > blockSize { return fetch(count) }
    return block.withLock { block in
      if block.bytes.count - block.next < count {
        block.bytes = fetch(blockSize)
        block.next = 0
      }
      let range = block.next..<block.next + count
      block.next = range.upperBound
      let taken = Array(block.bytes[range])
      // A copy left behind could be read from a core dump.
      for index in range { block.bytes[index] = 0 }
      return taken
    }
  }

  /// Traps when the kernel refuses: an id or a token must never be predictable.
  private static func fetch(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let got = unsafe getrandom(buffer.baseAddress! + initialized, count - initialized, 0)
        if got < 0 && errno == EINTR { continue }
        guard got > 0 else { fatalError("getrandom failed with errno \(errno)") }
        initialized += got
      }
    }
  }

  /// `prefix` and then `characters` of 0–9, A–Z, a–z, each worth 5.95 bits.
  package static func token(prefix: String, characters: Int) -> String {
    prefix + text(characters, of: base62)
  }

  /// 16 characters for a URL that people type: a–z and 2–9, no underscore (81 bits).
  package static func slug() -> String { text(16, of: readable) }

  private static let base62 = Array(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
  private static let readable = Array("abcdefghijklmnopqrstuvwxyz23456789".utf8)

  /// Bytes above the last whole multiple of the alphabet are thrown away, so none is likelier.
  private static func text(_ count: Int, of alphabet: [UInt8]) -> String {
    let limit = 256 / alphabet.count * alphabet.count
    var out: [UInt8] = []
    out.reserveCapacity(count)
    while out.count < count {
      for byte in bytes(min(blockSize, count - out.count)) where Int(byte) < limit {
        out.append(alphabet[Int(byte) % alphabet.count])
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
