package import Transport

extension MappedChange {
  /// Its line in `2-mapped`: what the write means for the employee.
  package var record: SpoolRecord {
    SpoolRecord(
      id: write.request,
      key: target.path, type: write.type.name.lowercased() + "." + kind, data: data)
  }

  private var recordLength: Int {
    if case .apply(let state) = decision { state.record.count } else { 0 }
  }

  private var kind: String {
    switch decision {
    case .apply(let state):
      if state.resource == nil { "deleted" } else { state.base == 0 ? "created" : "updated" }
    case .unchanged: "unchanged"
    case .refuse: "refused"
    }
  }

  private var data: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(recordLength + 256)
    out.append(contentsOf: #"{"request":"#.utf8)
    JSONValue.writeString(write.request, to: &out)
    out.append(contentsOf: #","accepted":"#.utf8)
    JSONValue.writeInteger(write.accepted, to: &out)
    out.append(contentsOf: #","kind":""#.utf8)
    out.append(contentsOf: kind.utf8)
    out.append(UInt8(ascii: "\""))
    switch decision {
    case .apply(let state):
      out.append(contentsOf: #","base":"#.utf8)
      JSONValue.writeInteger(state.base, to: &out)
      out.append(contentsOf: #","changes":"#.utf8)
      let fields = state.events.first?.changedFields ?? []
      JSONValue.array(fields.map { JSONValue($0) }).write(to: &out)
      if !state.record.isEmpty {
        out.append(contentsOf: ",\"\(write.type.recordMember)\":".utf8)
        out.append(contentsOf: state.record)
      }
      if let members = state.members { Self.write(members, to: &out) }
    case .unchanged(let seen):
      out.append(contentsOf: #","seen":\#(seen)"#.utf8)
    case .refuse(let error):
      out.append(contentsOf: #","status":\#(error.status),"detail":"#.utf8)
      JSONValue.writeString(error.detail, to: &out)
    }
    out.append(UInt8(ascii: "}"))
    return out
  }

  private static func write(_ members: MemberChange, to out: inout [UInt8]) {
    out.append(contentsOf: #","members":{"added":"#.utf8)
    JSONValue.array(members.added.map { JSONValue($0.value) }).write(to: &out)
    out.append(contentsOf: #","changed":"#.utf8)
    JSONValue.array(members.changed.map { JSONValue($0.value) }).write(to: &out)
    out.append(contentsOf: #","removed":"#.utf8)
    JSONValue.array(members.removed.map { JSONValue($0) }).write(to: &out)
    out.append(UInt8(ascii: "}"))
  }
}

extension SCIMResourceType {
  /// The member of spool lines that holds the unified record.
  package var recordMember: String { segment == Self.group.segment ? "group" : "employee" }
}
