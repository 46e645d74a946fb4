/// A secret prepared for signing: both padded key blocks are digested once, not per message
/// (RFC 2104).
package struct HMACKey: Sendable {
  private let inner: SHA256
  private let outer: SHA256

  /// - Parameter key: of any length; longer than 64 bytes counts as its own digest.
  package init(_ key: [UInt8]) {
    var block = key.count > SHA256.blockSize ? SHA256.hash(key) : key
    block.append(contentsOf: repeatElement(0, count: SHA256.blockSize - block.count))
    inner = Self.digest(block, xor: 0x36)
    outer = Self.digest(block, xor: 0x5C)
  }

  private static func digest(_ block: [UInt8], xor mask: UInt8) -> SHA256 {
    var digest = SHA256()
    digest.update(block.map { $0 ^ mask })
    return digest
  }

  /// The authentication code of the parts one after another, 32 bytes.
  package func code(for parts: [UInt8]...) -> [UInt8] {
    var message = inner
    for part in parts { message.update(part) }
    var result = outer
    result.update(message.finish())
    return result.finish()
  }
}

/// HMAC-SHA-256 (RFC 2104, RFC 4231) with a key that is used once.
package enum HMACSHA256 {
  package static func code(for message: [UInt8], key: [UInt8]) -> [UInt8] {
    HMACKey(key).code(for: message)
  }
}

extension HMACKey: CustomStringConvertible, CustomReflectable {
  /// Prints nothing of the key.
  package var description: String { "(secret)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
