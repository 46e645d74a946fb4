import Transport

@testable import Actors

extension StoreState {
  /// Enters a user as an outcome of that number would; its bytes stay in memory.
  mutating func put(
    _ id: String, record recordId: String, attributes: JSONObject = JSONObject(),
    record: [UInt8] = [], isDeleted: Bool = false, manager: ManagerLink? = nil, seq: Int
  ) {
    let resource = JSONValue.object(attributes).bytes
    let layout = BodyLayout(
      resource: isDeleted ? nil : 0..<resource.count, unknown: nil,
      record: resource.count..<resource.count + record.count)
    let entry = RowEntry(
      key: ResourceKey(connection: "cnx_1", type: "Users", id: id), version: 1,
      created: Timestamp(milliseconds: 0), lastModified: Timestamp(milliseconds: 0),
      isDeleted: isDeleted, keys: ResourceKeys(attributes, type: .user), recordId: recordId,
      manager: manager ?? ManagerLink(record: record), contentSeq: UInt64(seq), seq: UInt64(seq),
      parts: BodyParts(layout, of: resource + record), body: .held(resource + record), sequence: seq
    )
    put(entry, request: "req_\(seq)")
  }
}
