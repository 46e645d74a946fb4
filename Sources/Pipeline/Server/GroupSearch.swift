import Actors
import Transport

/// Answers the API's questions about groups and their members from the store, in stretches: a group
/// may have a hundred thousand members, and a consumer as many groups.
struct GroupSearch: Sendable {
  /// Rows looked at under the store's lock at once.
  fileprivate static let stretch = 256

  let store: Store
  let scans: ScanGate

  /// - Returns: nil when too many searches wait already.
  func page(_ query: GroupQuery) async -> RecordPage? {
    await page(query) {
      await groups(query)
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
    guard let place = store.read({ $0.groupPlace(group, of: query.consumerId) }) else {
      return .noGroup
    }
    let found = await page(query) {
      let first = store.read { $0.firstPlace(after: query.after) }
      return store.targets(ofGroups: [place]).filter { $0 >= first }
    } rendering: {
      Self.member(isGroup: $0.isGroup, RenderedEmployee($1)).bytes
    }
    return found.map { .page($0) } ?? .busy
  }

  /// Row numbers of groups from the cursor on, enough for a page.
  private func groups(_ query: GroupQuery) async -> [Int] {
    let (first, connections) = store.read { state in
      (
        state.firstPlace(after: query.after),
        state.connectionsWithGroups(of: query.consumerId, connection: query.connectionId)
      )
    }
    var found: [Int] = []
    for connection in connections {
      var taken: [Int] = []
      var next: Int? = first
      // One more than is shown tells whether there are more.
      while let from = next, taken.count <= query.limit {
        let stretch = store.read {
          $0.groups(ofConnection: connection, from: from, count: Self.stretch)
        }
        taken += stretch.groups.map(\.place)
        next = stretch.next
        await Task.yield()
      }
      found += taken
    }
    return found.sorted()
  }

  /// - Parameter find: row numbers in order, of which as many are shown as a page takes.
  private func page(
    _ query: GroupQuery, _ find: @Sendable () async -> [Int],
    rendering render: @Sendable (ListedRecord, [UInt8]) -> [UInt8]
  ) async -> RecordPage? {
    let found = await scans.run(leaving: EmployeeSearch.left) {
      await fill(await find(), query.limit, render)
    }
    guard let (page, gate) = found else { return nil }
    await store.committed.durable(through: gate)
    return page
  }

  private func fill(
    _ places: [Int], _ limit: Int,
    _ render: @Sendable (ListedRecord, [UInt8]) -> [UInt8]
  ) async -> (RecordPage, gate: UInt64) {
    var (page, size, gate) = (RecordPage(records: [], next: nil), 0, UInt64(0))
    var last: Int?
    var left = places[...]
    while !left.isEmpty {
      let some = left.prefix(Self.stretch)
      left = left.dropFirst(Self.stretch)
      let stretch = store.read { $0.listedRecords(at: some) }
      gate = max(gate, stretch.gate)
      for listed in stretch.records {
        if page.records.count == limit || size > EmployeeSearch.pageBytes {
          page.next = last.map { last in store.read { $0.recordId(of: last) } }
          return (page, gate)
        }
        page.records.append(render(listed, await store.bytes(listed.record)))
        size += page.records.last?.count ?? 0
        last = listed.place
      }
      await Task.yield()
    }
    return (page, max(gate, store.read { $0.appliedSeq }))
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

extension Store {
  /// The row numbers of all who belong to one of these groups, in the order of their commit; looked
  /// through outside the lock.
  nonisolated func targets(ofGroups places: [Int]) -> [Int] {
    var found: Set<Int> = []
    for place in places {
      read { $0.members(ofGroup: place) }.forEach { entry in
        if let target = entry.target { found.insert(target) }
      }
    }
    return found.sorted()
  }

  /// The row numbers of a consumer's groups of that id or name.
  nonisolated func groups(named text: String, of consumer: String) async -> [Int] {
    let (named, connections) = read { state in
      (state.groupPlace(text, of: consumer), state.connectionsWithGroups(of: consumer))
    }
    if let named { return [named] }
    let folded = SCIMText.fold(text)
    var found: [Int] = []
    for connection in connections {
      var next: Int? = 0
      while let from = next {
        let stretch = read {
          $0.groups(ofConnection: connection, from: from, count: GroupSearch.stretch)
        }
        found += stretch.groups.filter { SCIMText.fold($0.name) == folded }.map(\.place)
        next = stretch.next
        await Task.yield()
      }
    }
    return found
  }
}
