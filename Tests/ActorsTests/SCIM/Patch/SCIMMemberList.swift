import Transport

@testable import Actors

/// A group's members as a plain list, and every edit the long way round.
struct SCIMMemberList: Equatable {
  var members: [SCIMMember] = []

  init(_ ids: String...) { members = ids.map { SCIMMember(value: $0) } }

  var ids: [String] { members.map(\.value) }

  mutating func apply(_ edit: SCIMMemberEdit) throws(SCIMError) {
    switch edit {
    case .add(let new):
      members += new.filter { !ids.contains($0.value) }
    case .replaceAll(let new): members = new
    case .removeAll: members = []
    case .remove(let ids): members.removeAll { ids.contains($0.value) }
    case .removeWhere(let filter): members.removeAll { filter.matches($0) }
    case .change(let change):
      let places = members.indices.filter { change.filter?.matches(members[$0]) ?? true }
      for place in places { members[place] = try change.applied(to: members[place]) }
      if places.isEmpty, let new = try change.created() { members.append(new) }
    }
  }

  /// What a PATCH body leaves; its other operations must be nothing.
  mutating func patch(_ operations: [String]) throws {
    let split = try SCIMResourceType.group.splitMembers(ofPatch: SCIMBodies.patch(operations))
    for edit in split.edits { try apply(edit) }
  }
}

extension SCIMBodies {
  static func patch(_ operations: [String]) throws -> JSONObject {
    try object(
      #"{"schemas":["\#(SCIMPatchOperation.schema)"],"Operations":["#
        + operations.joined(separator: ",") + "]}")
  }
}
