import Transport

/// The members of one outcome's `data`, found without building values.
struct OutcomeMembers {
  private let bytes: [UInt8]
  private let members: [JSONSlicer.Member]

  init?(_ bytes: [UInt8]) {
    self.init(bytes, in: bytes.indices)
  }

  /// - Parameter range: of one object.
  private init?(_ bytes: [UInt8], in range: Range<Int>) {
    guard let members = JSONSlicer.members(of: bytes.span, in: range) else { return nil }
    self.bytes = bytes
    self.members = members
  }

  private func range(_ name: StaticString) -> Range<Int>? {
    members.first { bytes[$0.name].elementsEqual(name.description.utf8) }?.value
  }

  subscript(name: StaticString) -> ArraySlice<UInt8> { range(name).map { bytes[$0] } ?? [] }

  func object(_ name: StaticString) -> [UInt8]? { objectRange(name).map { Array(bytes[$0]) } }

  func object(named name: String) -> [UInt8]? {
    members.first { bytes[$0.name].elementsEqual(name.utf8) }.map { Array(bytes[$0.value]) }
  }

  /// Where an object stands in the bytes; nil when there is none.
  func objectRange(_ name: StaticString) -> Range<Int>? {
    range(name).flatMap { bytes[$0.lowerBound] == UInt8(ascii: "{") ? $0 : nil }
  }

  func int(_ name: StaticString) -> Int? { Int(String(decoding: self[name], as: UTF8.self)) }

  func time(_ name: StaticString) -> Timestamp? {
    Timestamp(parsing: String(decoding: self[name].dropFirst().dropLast(), as: UTF8.self))
  }

  /// A string that is no escape away from its text, as ids and our own words are.
  func text(_ name: StaticString) -> String? {
    let slice = self[name]
    guard slice.first == UInt8(ascii: "\"") else { return nil }
    if slice.contains(UInt8(ascii: "\\")) {
      return (try? JSONValue(parsing: Array(slice)))?.string
    }
    return String(decoding: slice.dropFirst().dropLast(), as: UTF8.self)
  }

  private var lastEvent: OutcomeMembers? {
    guard let range = range("events"),
      let last = JSONSlicer.elements(of: bytes.span, in: range)?.last
    else { return nil }
    return OutcomeMembers(bytes, in: last)
  }

  /// Where what the newest event is about stands: the employee as it then was.
  var lastEventDataRange: Range<Int>? { lastEvent?.objectRange("data") }

  var lastSequence: Int? { lastEvent?.int("sequence") }
}
