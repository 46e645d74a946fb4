package import Transport

/// Why a line of `3-committed` could not be folded; its checksum held, so this is a program fault
/// or a format this build does not know.
package enum FoldError: Error, Equatable {
  case notAnObject(seq: UInt64)
  case missing(member: String, seq: UInt64)
  case unknownChange(type: String, seq: UInt64)
}

extension StoreState {
  /// Takes one committed line in; lines must come in seq order. Its bytes stay in memory.
  package mutating func fold(_ line: SpoolLine) throws(FoldError) {
    fold(try FoldedLine(line, at: nil, catalog: catalog))
  }

  /// Takes in a line that has been taken apart.
  package mutating func fold(_ line: FoldedLine) {
    if let accepted = line.accepted { decided.note(line.request, accepted: accepted) }
    switch line.content {
    case .administration(let admin): apply(admin, seq: line.seq, request: line.request)
    case .nothing: pass(seq: line.seq)
    case .applied(let entry, let members):
      let place = put(entry, request: line.request)
      if let members { apply(members, to: place, seq: line.seq) }
    }
  }
}

extension FoldedLine {
  /// - Parameter position: where the line stands, so that its bytes need not be kept.
  package init(
    _ line: SpoolLine, at position: SpoolPosition?, catalog: SCIMCatalog
  ) throws(FoldError) {
    if line.type.hasPrefix(AdminLine.typePrefix) {
      self.init(
        seq: line.seq, request: line.id, accepted: nil,
        content: .administration(try AdminLine(line)))
      return
    }
    guard let members = OutcomeMembers(line.data) else { throw .notAnObject(seq: line.seq) }
    var content = Content.nothing
    if members["outcome"].elementsEqual("\"applied\"".utf8) {
      let entry = try RowEntry(line, members, at: position, catalog: catalog)
      content = .applied(entry, try Self.members(of: members, seq: line.seq))
    }
    self.init(
      seq: line.seq, request: line.id, accepted: members.int("accepted").map { UInt64($0) },
      content: content)
  }

  private static func members(
    of members: OutcomeMembers, seq: UInt64
  ) throws(FoldError) -> CommittedMembers? {
    guard let change = members.object("members") else { return nil }
    guard let json = try? JSONValue(parsing: change), let read = CommittedMembers(json: json) else {
      throw .missing(member: "members", seq: seq)
    }
    return read
  }
}

extension RowEntry {
  init(
    _ line: SpoolLine, _ members: OutcomeMembers, at position: SpoolPosition?,
    catalog: SCIMCatalog
  ) throws(FoldError) {
    guard let key = ResourceKey(path: line.key) else {
      throw .missing(member: "key", seq: line.seq)
    }
    guard let version = members.int("version"), let created = members.time("created"),
      let modified = members.time("lastModified")
    else { throw .missing(member: "version, created or lastModified", seq: line.seq) }
    let isUser = key.type == SCIMResourceType.user.segment
    let layout = BodyLayout(members, type: key.type)
    let record = layout.record.map { Array(line.data[$0]) } ?? []
    let id = OutcomeMembers(record)?.text("id")
    if isUser || key.type == SCIMResourceType.group.segment, id == nil {
      throw .missing(member: isUser ? "employee" : "group", seq: line.seq)
    }
    let resource = layout.resource.map { Array(line.data[$0]) }
    let type = catalog.resourceType(segment: key.type)
    self.init(
      key: key, version: version, created: created, lastModified: modified,
      isDeleted: resource == nil, isErased: ErasedEmployee.isOne(record),
      keys: resource.map { ResourceKeys(stored: $0, type: type) }
        ?? ResourceKeys(formerly: record, isUser: isUser),
      recordId: id ?? "", manager: isUser ? ManagerLink(record: record) : nil,
      group: GroupSummary(record: record, type: key.type), contentSeq: line.seq, seq: line.seq,
      parts: BodyParts(layout, of: line.data),
      body: position.map { .filed(.segment($0.segment), offset: $0.offset) } ?? .held(line.data),
      sequence: members.lastSequence)
  }
}

extension BodyLayout {
  /// - Parameter members: of an applied outcome's data.
  init(_ members: OutcomeMembers, type: String) {
    resource = members.objectRange("resource")
    unknown = members.objectRange("unknown")
    switch type {
    case SCIMResourceType.user.segment:
      record = members.objectRange("employee") ?? members.lastEventDataRange
    case SCIMResourceType.group.segment: record = members.objectRange("group")
    default: record = nil
    }
  }
}

extension GroupSummary {
  /// - Parameter record: a group as rendered; nil for any other type.
  init?(record: [UInt8], type: String) {
    guard type == SCIMResourceType.group.segment else { return nil }
    self = Group(bytes: record).summary
  }
}
