import Transport

/// The members of an object as the bytes they were written with, for what is hashed as it stands.
struct JSONSlices {
  private let bytes: [UInt8]
  private let members: [JSONSlicer.Member]

  init?(_ bytes: [UInt8]) {
    guard let members = JSONSlicer.members(of: bytes) else { return nil }
    self.bytes = bytes
    self.members = members
  }

  func bytes(_ name: String) -> [UInt8]? {
    members.first { bytes[$0.name].elementsEqual(name.utf8) }.map { Array(bytes[$0.value]) }
  }

  /// A string's value.
  func text(_ name: String) -> String? {
    bytes(name).flatMap { try? JSONValue(parsing: $0) }?.string
  }

  func number(_ name: String) -> UInt64? {
    bytes(name).flatMap { UInt64(String(decoding: $0, as: UTF8.self)) }
  }

  func elements(_ name: String) -> [[UInt8]] {
    guard let array = bytes(name) else { return [] }
    return (JSONSlicer.elements(of: array.span, in: array.indices) ?? []).map { Array(array[$0]) }
  }
}
