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
    let place = put(row, sequence: sequence, request: line.id)
    if let change = members.object("members") {
      guard let json = try? JSONValue(parsing: change), let read = CommittedMembers(json: json)
      else { throw .missing(member: "members", seq: line.seq) }
      apply(read, to: place, seq: line.seq)
    }
  }

  private func row(
    _ line: SpoolLine, _ members: OutcomeMembers
  ) throws(FoldError) -> (ResourceRow, sequence: Int) {
    guard let key = ResourceKey(path: line.key) else {
      throw .missing(member: "key", seq: line.seq)
    }
    let known = self.row(key)
    let resource = members.object("resource")
    guard let version = members.int("version"), let created = members.time("created"),
      let modified = members.time("lastModified")
    else { throw .missing(member: "version, created or lastModified", seq: line.seq) }
    let record = try record(of: key, in: members, known: known, seq: line.seq)
    let type = catalog.resourceType(segment: key.type)
    guard let keys = resource.map({ ResourceKeys(stored: $0, type: type) }) ?? known?.keys else {
      throw .missing(member: "resource", seq: line.seq)
    }
    let isUser = key.type == SCIMResourceType.user.segment
    let row = ResourceRow(
      key: key, version: version, created: created, lastModified: modified, resource: resource,
      unknown: members.object("unknown"), keys: keys, recordId: record.id, record: record.bytes,
      manager: isUser ? ManagerLink(record: record.bytes) : nil, contentSeq: line.seq,
      lastSeq: line.seq)
    return (row, members.lastSequence ?? sequence(of: key.connection))
  }

  /// The unified record: named by the line, else carried by its last event, else unchanged.
  private func record(
    of key: ResourceKey, in members: OutcomeMembers, known: ResourceRow?, seq: UInt64
  ) throws(FoldError) -> (id: String, bytes: [UInt8]) {
    let isUser = key.type == SCIMResourceType.user.segment
    guard isUser || key.type == SCIMResourceType.group.segment else { return ("", []) }
    let carried =
      members.object(isUser ? "employee" : "group") ?? (isUser ? members.lastEventData : nil)
    guard let bytes = carried ?? known?.record,
      let id = OutcomeMembers(bytes)?.text("id") ?? known?.recordId
    else { throw .missing(member: isUser ? "employee" : "group", seq: seq) }
    return (id, bytes)
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
    return OutcomeMembers(Array(bytes[last]))
  }

  /// What the newest event is about: the employee as it then stood.
  var lastEventData: [UInt8]? { lastEvent?.object("data") }

  var lastSequence: Int? { lastEvent?.int("sequence") }
}
