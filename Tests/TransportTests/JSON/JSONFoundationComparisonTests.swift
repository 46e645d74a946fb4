import Foundation
import Testing

@testable import Transport

/// A second opinion: Foundation's reader sees the same values in the same texts.
@Suite struct JSONFoundationComparisonTests {
  @Test(arguments: 0..<300)
  func `Foundation reads what we write as the same value`(seed: UInt64) throws {
    var generator = JSONGenerator(seed: 1000 + seed)
    let value = generator.value()
    #expect(matches(value, try foundation(value.bytes)))
    #expect(matches(value, try foundation(Array(value.pretty().utf8))))
  }

  @Test(arguments: 0..<300)
  func `we read what Foundation writes as the same value`(seed: UInt64) throws {
    var generator = JSONGenerator(seed: 2000 + seed)
    let theirs = try foundation(generator.value().bytes)
    let written = try JSONSerialization.data(withJSONObject: theirs, options: .fragmentsAllowed)
    #expect(matches(try JSONValue(parsing: Array(written)), theirs))
  }

  /// Foundation is laxer than RFC 8259 here and there, never the other way round.
  @Test(arguments: JSONParsingTests.accepted)
  func `Foundation accepts what we accept`(text: String) throws {
    // A number beyond every double is a number to us, and Foundation drops U+FEFF from strings.
    guard text != "1e400", !text.unicodeScalars.contains("\u{FEFF}") else { return }
    #expect(matches(try JSONValue(parsing: text), try foundation(Array(text.utf8))))
  }

  private func foundation(_ bytes: [UInt8]) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
  }

  private func matches(_ ours: JSONValue, _ theirs: Any) -> Bool {
    switch ours {
    case .null: theirs is NSNull
    case .bool(let value): (theirs as? Bool) == value
    case .number(let number): matches(number, theirs)
    case .string(let text): (theirs as? String).map { Array($0.utf8) == Array(text.utf8) } ?? false
    case .array(let elements):
      (theirs as? [Any]).map {
        $0.count == elements.count && zip(elements, $0).allSatisfy { matches($0, $1) }
      } ?? false
    case .object(let object):
      (theirs as? [String: Any]).map { theirs in
        theirs.count == object.count
          && object.members.allSatisfy { member in
            theirs[member.name].map { matches(member.value, $0) } ?? false
          }
      } ?? false
    }
  }

  private func matches(_ ours: JSONNumber, _ theirs: Any) -> Bool {
    guard let number = theirs as? NSNumber else { return false }
    if let int = ours.int { return number.int64Value == Int64(int) }
    let difference = abs(number.doubleValue - ours.double)
    return difference <= abs(ours.double) * 1e-15
  }
}
