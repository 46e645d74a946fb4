package import Transport

extension MappedChange {
  /// Its line in `2-mapped`: what the write means for the employee.
  package var record: SpoolRecord {
    SpoolRecord(
      id: write.request,
      key: "\(target.connection)/\(write.resourceType)s/\(target.id)",
      type: write.resourceType.lowercased() + "." + kind, data: data)
  }

  private var employeeLength: Int {
    if case .apply(let state) = decision { state.employeeBytes.count } else { 0 }
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
    out.reserveCapacity(employeeLength + 256)
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
      JSONValue.array(fields.map { JSONValue($0.name) }).write(to: &out)
      out.append(contentsOf: #","employee":"#.utf8)
      out.append(contentsOf: state.employeeBytes)
    case .unchanged(let version):
      out.append(contentsOf: #","base":\#(version)"#.utf8)
    case .refuse(let error):
      out.append(contentsOf: #","status":\#(error.status),"detail":"#.utf8)
      JSONValue.writeString(error.detail, to: &out)
    }
    out.append(UInt8(ascii: "}"))
    return out
  }
}
