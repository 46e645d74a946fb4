package import Transport

extension MappedChange {
  /// Its line in `2-mapped`: what the write means for the employee.
  package var record: SpoolRecord {
    SpoolRecord(
      id: write.request,
      key: "\(target.connection)/\(write.resourceType)s/\(target.id)",
      type: write.resourceType.lowercased() + "." + kind, data: data)
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
    out.append(contentsOf: #"{"request":"#.utf8)
    JSONValue.writeString(write.request, to: &out)
    out.append(contentsOf: #","accepted":\#(write.accepted),"kind":"\#(kind)""#.utf8)
    switch decision {
    case .apply(let state):
      out.append(contentsOf: #","base":\#(state.base),"changes":"#.utf8)
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
