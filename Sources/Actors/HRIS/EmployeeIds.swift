/// The ids of employees that stand as texts in JSON, found without taking it apart: whatever is
/// kept or told of one person may name others.
package struct EmployeeIds: Sendable {
  private static let start = Array(#""emp_"#.utf8)
  /// Bytes of the longest id.
  private static let longest = 64

  package let all: Set<String>

  package init(in bytes: [UInt8]) {
    var found: Set<String> = []
    var place = 0
    while place + Self.start.count < bytes.count {
      guard bytes[place] == Self.start[0],
        bytes[place..<place + Self.start.count].elementsEqual(Self.start)
      else {
        place += 1
        continue
      }
      let id = bytes[(place + 1)...].prefix(Self.longest).prefix { $0 != UInt8(ascii: "\"") }
      found.insert(String(decoding: id, as: UTF8.self))
      place += id.count + 1
    }
    all = found
  }
}
