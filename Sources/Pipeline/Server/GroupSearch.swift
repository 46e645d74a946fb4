import Actors
import Transport

/// Answers the API's questions about groups and their members from the store.
struct GroupSearch: Sendable {
  let store: Store
  let scans: ScanGate

  /// - Returns: nil when too many searches wait already.
  func page(_ query: GroupQuery) async -> RecordPage? {
    await page {
      $0.listedGroups(
        of: query.consumerId, connection: query.connectionId,
        from: $0.firstPlace(after: query.after), count: query.limit)
    } rendering: {
      $1
    }
  }

  /// One group, deleted ones included; nil when it is not this consumer's.
  @concurrent func group(_ id: String, of consumer: String) async -> [UInt8]? {
    guard let listed = store.read({ $0.listedGroup(id, of: consumer) }) else { return nil }
    let bytes = await store.bytes(listed.record)
    await store.committed.durable(through: listed.lastSeq)
    return bytes
  }

  enum Members: Sendable {
    case page(RecordPage)
    case noGroup
    /// Too many searches wait already.
    case busy
  }

  func members(of group: String, _ query: GroupQuery) async -> Members {
    let listed = store.read { $0.listedGroup(group, of: query.consumerId) }
    guard let place = listed?.place else { return .noGroup }
    let found = await page {
      $0.listedMembers(of: place, from: $0.firstPlace(after: query.after), count: query.limit)
    } rendering: {
      Self.member(isGroup: $0.isGroup, RenderedEmployee($1)).bytes
    }
    return found.map { .page($0) } ?? .busy
  }

  private func page(
    _ find: @Sendable (borrowing StoreState) -> RecordStretch,
    rendering render: @Sendable (ListedRecord, [UInt8]) -> [UInt8]
  ) async -> RecordPage? {
    let found = await scans.run {
      let stretch = store.read { find($0) }
      var records: [[UInt8]] = []
      for listed in stretch.records {
        records.append(render(listed, await store.bytes(listed.record)))
      }
      let last = stretch.hasMore ? stretch.records.last?.place : nil
      let next = last.map { last in store.read { $0.recordId(of: last) } }
      return (RecordPage(records: records, next: next), stretch.gate)
    }
    guard let (page, gate) = found else { return nil }
    await store.committed.durable(through: gate)
    return page
  }

  /// A member as it is listed; what only people have is null of a group.
  private static func member(isGroup: Bool, _ record: RenderedEmployee) -> JSONValue {
    if isGroup {
      let group = Group(bytes: record.bytes)
      return [
        "id": JSONValue(group.id), "remoteId": JSONValue(group.remoteId), "type": "group",
        "name": JSONValue(group.name), "email": .null, "employmentStatus": .null,
      ]
    }
    let places = record.places(of: [.id, .remoteId, .displayName, .email, .employmentStatus])
    let values = places.map { record.value($0) }
    return [
      "id": values[0], "remoteId": values[1], "type": "employee", "name": values[2],
      "email": values[3], "employmentStatus": values[4],
    ]
  }
}
