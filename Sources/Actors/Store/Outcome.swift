package import Transport

/// One line of `3-committed`: what became of one write, with everything replay needs.
///
/// Values that were computed once (ids, timestamps, versions, rendered bodies) are logged, never
/// recomputed, so that reading an old log does not depend on today's mapping.
package struct Outcome: Sendable {
  package enum Result: String, Sendable {
    case applied
    case unchanged
    case refused
  }

  /// The request that caused it; outcomes name their accepted line by it.
  package var request: String
  /// Whose event it is, should the consumer be gone by the time it is delivered.
  package var application: String
  /// Its seq in `1-accepted`; nil when no accepted line stands behind it.
  package var accepted: UInt64?
  package var result: Result
  package var status: Int
  /// Whether the resource was not there before.
  package var isNew = false
  /// The resource type's name.
  package var resourceType: String
  package var key: ResourceKey
  package var version: Int
  package var created: Timestamp
  package var lastModified: Timestamp
  /// The stored form of the resource; nil when it is deleted or nothing was applied.
  package var resource: [UInt8]?
  package var unknown: [UInt8]?
  /// The employee, only when it changed without an event that carries it; or the group, when it
  /// changed.
  package var record: [UInt8]?
  package var members: CommittedMembers?
  package var events: [CommittedEvent]
  /// Why it was refused, as answered.
  package var detail: String?
}

extension Outcome {
  /// "user.created", "user.refused": the line's `type`.
  package var lineType: String {
    let noun = resourceType.lowercased()
    switch result {
    case .refused: return noun + ".refused"
    case .unchanged: return noun + ".unchanged"
    case .applied:
      let isErased = events.first?.type == EventType.employeeErased.rawValue
      if resource == nil { return noun + (isErased ? ".erased" : ".deleted") }
      return noun + (isNew ? ".created" : ".updated")
    }
  }

  package var line: SpoolRecord {
    SpoolRecord(
      id: request, key: key.path, type: lineType, data: data)
  }

  /// The line's `data`: one JSON object, its rendered parts copied as they are.
  private var data: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(512 + (resource?.count ?? 0) + events.reduce(0) { $0 + $1.body.count })
    out.append(contentsOf: #"{"request":"#.utf8)
    JSONValue.writeString(request, to: &out)
    out.append(contentsOf: #","application":"#.utf8)
    JSONValue.writeString(application, to: &out)
    if let accepted {
      out.append(contentsOf: #","accepted":"#.utf8)
      JSONValue.writeInteger(accepted, to: &out)
    }
    out.append(contentsOf: #","outcome":""#.utf8)
    out.append(contentsOf: result.rawValue.utf8)
    out.append(contentsOf: #"","status":"#.utf8)
    JSONValue.writeInteger(status, to: &out)
    if let detail {
      out.append(contentsOf: #","detail":"#.utf8)
      JSONValue.writeString(detail, to: &out)
    }
    if result == .applied { writeState(to: &out) }
    out.append(contentsOf: #","events":["#.utf8)
    for (index, event) in events.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append(contentsOf: event.body)
    }
    out.append(contentsOf: "]}".utf8)
    return out
  }

  private func writeState(to out: inout [UInt8]) {
    out.append(contentsOf: #","version":"#.utf8)
    JSONValue.writeInteger(version, to: &out)
    out.append(contentsOf: #","created":""#.utf8)
    created.write(to: &out)
    out.append(contentsOf: #"","lastModified":""#.utf8)
    lastModified.write(to: &out)
    out.append(contentsOf: #"","resource":"#.utf8)
    out.append(contentsOf: resource ?? Array("null".utf8))
    if let unknown {
      out.append(contentsOf: #","unknown":"#.utf8)
      out.append(contentsOf: unknown)
    }
    if let record {
      let isGroup = key.type == SCIMResourceType.group.segment
      out.append(contentsOf: (isGroup ? #","group":"# : #","employee":"#).utf8)
      out.append(contentsOf: record)
    }
    members?.write(to: &out)
  }
}
