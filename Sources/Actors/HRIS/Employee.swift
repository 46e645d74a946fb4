package import Transport

/// The unified person record an application receives, whatever system it came from.
package struct Employee: Sendable, Equatable {
  private var values: [JSONValue]

  /// An employee of nulls.
  package init() {
    values = Array(repeating: .null, count: EmployeeField.count)
  }

  /// - Parameter json: what `write` wrote; members that are no field are ignored, absent ones null.
  package init(json: JSONObject) {
    self.init()
    for member in json.members {
      if let field = EmployeeField(name: member.name) { self[field] = member.value }
    }
  }

  package subscript(field: EmployeeField) -> JSONValue {
    get { values[field.rawValue] }
    set { values[field.rawValue] = newValue }
  }

  /// Appends one JSON object with every field in table order, nulls included.
  package func write(to out: inout [UInt8]) {
    let values = values.span
    let (prefixes, nulls) = (EmployeeField.prefixes, EmployeeField.nulls)
    for index in values.indices {
      if values[index].isNull {
        out.append(contentsOf: nulls[index])
      } else {
        out.append(contentsOf: prefixes[index])
        values[index].write(to: &out)
      }
    }
    out.append(UInt8(ascii: "}"))
  }

  package var bytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(2048)
    write(to: &out)
    return out
  }

  package var json: JSONObject {
    JSONObject(
      EmployeeField.allCases.map { JSONObject.Member(name: $0.name, value: self[$0]) })
  }
}

extension Employee {
  package var id: String { self[.id].string ?? "" }
  package var revision: Int { self[.revision].int ?? 0 }
  package var isActive: Bool { self[.active].bool ?? false }
  package var isDeleted: Bool { self[.deleted].bool ?? false }

  /// Counts one visible change.
  package mutating func revise(at now: Timestamp) {
    self[.revision] = JSONValue(revision + 1)
    self[.updatedAt] = JSONValue(now.description)
  }

  /// Marks the row as deleted; it stays readable.
  package mutating func delete(at now: Timestamp) {
    self[.deleted] = true
    self[.deletedAt] = JSONValue(now.description)
    revise(at: now)
  }
}
