import Transport

/// What a resource is sorted by, as bytes whose order is the order: a page keeps keys and no values.
///
/// Text counts with its first bytes only, so that no value makes a page, or a cursor, large.
package struct SCIMSortKey: Sendable, Hashable, Comparable {
  /// As many bytes of a text count.
  package static let maxText = 512

  package let bytes: [UInt8]

  package init(bytes: [UInt8]) { self.bytes = bytes }

  /// Where nothing is there: behind everything (RFC 7644 §3.4.2.3).
  package static let missing = SCIMSortKey(bytes: [0xFF])

  static func bool(_ value: Bool) -> SCIMSortKey { SCIMSortKey(bytes: [1, value ? 1 : 0]) }

  static func number(_ value: Double) -> SCIMSortKey {
    // Added to zero, so that no key tells a negative zero from a positive one.
    let pattern = (value + 0).bitPattern
    return SCIMSortKey(bytes: [2] + bigEndian(value < 0 ? ~pattern : pattern | 1 << 63))
  }

  static func time(_ value: Timestamp) -> SCIMSortKey {
    SCIMSortKey(bytes: [3] + bigEndian(UInt64(bitPattern: value.milliseconds) ^ 1 << 63))
  }

  /// - Parameter form: of a text, as texts are compared.
  static func text(_ form: [UInt8]) -> SCIMSortKey {
    SCIMSortKey(bytes: [4] + form.prefix(maxText))
  }

  private static func bigEndian(_ value: UInt64) -> [UInt8] {
    stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  package static func < (left: SCIMSortKey, right: SCIMSortKey) -> Bool {
    let (left, right) = (left.bytes.span, right.bytes.span)
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
      return left[index] < right[index]
    }
    return left.count < right.count
  }
}
