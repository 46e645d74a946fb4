package import Transport

/// A rendered employee, read and changed as the bytes it is: what reads of many would otherwise take
/// apart and write again for one member.
package struct RenderedEmployee: Sendable {
  package private(set) var bytes: [UInt8]

  /// - Parameter bytes: what `Employee.bytes` gave.
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Where the values of these fields stand, nil for one that is not there; one may be named twice.
  package func places(of fields: [EmployeeField]) -> [Range<Int>?] {
    var found = [Range<Int>?](repeating: nil, count: fields.count)
    let bytes = bytes.span
    var cursor = JSONCursor(at: 0, end: bytes.count)
    var left = fields.count
    guard cursor.take(UInt8(ascii: "{"), in: bytes) else { return found }
    while left > 0, let member = cursor.member(in: bytes) {
      for index in fields.indices where found[index] == nil {
        guard fields[index].isNamed(by: member.name, of: bytes) else { continue }
        found[index] = member.value
        left -= 1
      }
      guard cursor.take(UInt8(ascii: ","), in: bytes) else { break }
    }
    return found
  }

  /// The text of a value that is a string; nil for anything else.
  package func text(_ place: Range<Int>?) -> String? {
    guard let place, bytes[place.lowerBound] == UInt8(ascii: "\"") else { return nil }
    let slice = bytes[place]
    if slice.contains(UInt8(ascii: "\\")) {
      return (try? JSONValue(parsing: Array(slice)))?.string
    }
    return String(decoding: slice.dropFirst().dropLast(), as: UTF8.self)
  }

  /// A value as a tree, null when it is not there.
  package func value(_ place: Range<Int>?) -> JSONValue {
    place.flatMap { try? JSONValue(parsing: Array(bytes[$0])) } ?? .null
  }

  package func text(of field: EmployeeField) -> String? { text(places(of: [field])[0]) }
}

// MARK: - Joins

extension RenderedEmployee {
  private static let joinedFields: [EmployeeField] = [.manager, .groups, .groupsTruncated]

  /// Puts the present in place of what was rendered; nothing else is touched.
  ///
  /// - Parameters:
  ///   - manager: the whole value; nil leaves what stands there.
  ///   - groups: an array.
  package mutating func join(manager: [UInt8]?, groups: [UInt8], isTruncated: Bool) {
    let places = places(of: Self.joinedFields)
    let isEmpty = groups.count == 2 && places[1].map { $0.count == 2 } ?? true
    if manager == nil && isEmpty { return }
    let truncated = isTruncated ? Self.yes : Self.no
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + (manager?.count ?? 0) + groups.count + 64)
    var done = 0
    for (place, value) in zip(places, [manager, groups, truncated]) {
      guard let place, let value, place.lowerBound >= done else { continue }
      out.append(contentsOf: bytes[done..<place.lowerBound])
      out.append(contentsOf: value)
      done = place.upperBound
    }
    out.append(contentsOf: bytes[done...])
    bytes = out
  }

  private static let yes = Array("true".utf8)
  private static let no = Array("false".utf8)

  /// Adds a member at the end.
  /// - Parameter value: JSON.
  package mutating func append(_ name: StaticString, _ value: [UInt8]) {
    guard bytes.last == UInt8(ascii: "}") else { return }
    bytes.removeLast()
    bytes.append(contentsOf: ",\"\(name)\":".utf8)
    bytes.append(contentsOf: value)
    bytes.append(UInt8(ascii: "}"))
  }

  /// The value of `manager` in those who report to this employee.
  package var asManager: [UInt8] {
    let places = places(of: [.id, .remoteId, .displayName, .email, .employmentStatus])
    var out: [UInt8] = []
    out.reserveCapacity(256)
    for (name, place) in zip(Self.managerMembers, places) {
      out.append(contentsOf: name)
      out.append(contentsOf: place.map { bytes[$0] } ?? Self.null)
    }
    out.append(contentsOf: ",\"resolved\":true}".utf8)
    return out
  }

  private static let null = Array("null".utf8)[...]
  private static let managerMembers = [
    "{\"id\":", ",\"remoteId\":", ",\"name\":", ",\"email\":", ",\"employmentStatus\":",
  ].map { Array($0.utf8) }
}

extension GroupSummary {
  /// The value of `groups` in an employee that belongs to these.
  package static func bytes(of groups: some Collection<GroupSummary>) -> [UInt8] {
    if groups.isEmpty { return [UInt8(ascii: "["), UInt8(ascii: "]")] }
    var out: [UInt8] = []
    out.reserveCapacity(groups.count * 96)
    for group in groups {
      out.append(out.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
      group.json.write(to: &out)
    }
    out.append(UInt8(ascii: "]"))
    return out
  }
}

extension EmployeeField {
  /// Whether that part of the bytes is its name.
  fileprivate func isNamed(by range: Range<Int>, of bytes: Span<UInt8>) -> Bool {
    // `,"name":` or `{"name":`
    let prefix = Self.prefixes[rawValue]
    guard prefix.count == range.count + 4 else { return false }
    let span = prefix.span
    for offset in 0..<range.count where bytes[range.lowerBound + offset] != span[offset + 2] {
      return false
    }
    return true
  }
}
