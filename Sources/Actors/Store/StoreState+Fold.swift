package import Transport

/// Why a line of `3-committed` could not be folded; its checksum held, so this is a program fault
/// or a format this build does not know.
package enum FoldError: Error, Equatable {
  case notAnObject(seq: UInt64)
  case missing(member: String, seq: UInt64)
  case unknownChange(type: String, seq: UInt64)
}

extension StoreState {
  /// Takes one committed line in; lines must come in seq order.
  package mutating func fold(_ line: SpoolLine) throws(FoldError) {
    if line.type.hasPrefix(AdminLine.typePrefix) {
      return apply(try AdminLine(line), seq: line.seq)
    }
    guard let members = OutcomeMembers(line.data) else { throw .notAnObject(seq: line.seq) }
    guard members["outcome"].elementsEqual("\"applied\"".utf8) else { return pass(seq: line.seq) }
    let (row, sequence) = try row(line, members)
    put(row, sequence: sequence)
  }

  private func row(
    _ line: SpoolLine, _ members: OutcomeMembers
  ) throws(FoldError) -> (ResourceRow, sequence: Int) {
    let parts = line.key.split(separator: "/", maxSplits: 2)
    guard parts.count == 3 else { throw .missing(member: "key", seq: line.seq) }
    let key = ResourceKey(connection: String(parts[0]), id: String(parts[2]))
    let known = self.row(key)
    let resource = members.object("resource")
    guard let version = members.int("version"), let created = members.time("created"),
      let modified = members.time("lastModified")
    else { throw .missing(member: "version, created or lastModified", seq: line.seq) }
    let last = members.lastEvent
    guard let employee = last?.data ?? members.object("employee") ?? known?.employee else {
      throw .missing(member: "employee", seq: line.seq)
    }
    guard let employeeId = last?.employeeId ?? known?.employeeId else {
      throw .missing(member: "employee id", seq: line.seq)
    }
    guard let keys = resource.map({ ResourceKeys(stored: $0) }) ?? known?.keys else {
      throw .missing(member: "resource", seq: line.seq)
    }
    let row = ResourceRow(
      key: key, version: version, created: created, lastModified: modified, resource: resource,
      unknown: members.object("unknown"), keys: keys, employeeId: employeeId, employee: employee,
      lastSeq: line.seq)
    return (row, last?.sequence ?? sequence(of: key.connection))
  }
}

/// The members of one outcome's `data`, found without building values.
struct OutcomeMembers {
  private let bytes: [UInt8]
  private let members: [JSONSlicer.Member]

  init?(_ bytes: [UInt8]) {
    guard let members = JSONSlicer.members(of: bytes) else { return nil }
    self.bytes = bytes
    self.members = members
  }

  private func range(_ name: StaticString) -> Range<Int>? {
    members.first { bytes[$0.name].elementsEqual(name.description.utf8) }?.value
  }

  subscript(name: StaticString) -> ArraySlice<UInt8> { range(name).map { bytes[$0] } ?? [] }

  func object(_ name: StaticString) -> [UInt8]? {
    let slice = self[name]
    return slice.first == UInt8(ascii: "{") ? Array(slice) : nil
  }

  func int(_ name: StaticString) -> Int? { Int(String(decoding: self[name], as: UTF8.self)) }

  func time(_ name: StaticString) -> Timestamp? {
    Timestamp(parsing: String(decoding: self[name].dropFirst().dropLast(), as: UTF8.self))
  }

  /// The newest event: it carries the employee as it then stood.
  var lastEvent: (data: [UInt8], employeeId: String, sequence: Int)? {
    guard let range = range("events"),
      let last = JSONSlicer.elements(of: bytes.span, in: range)?.last,
      let event = OutcomeMembers(Array(bytes[last])), let data = event.object("data"),
      let id = OutcomeMembers(data)?["id"].dropFirst().dropLast(),
      let sequence = event.int("sequence")
    else { return nil }
    return (data, String(decoding: id, as: UTF8.self), sequence)
  }
}
