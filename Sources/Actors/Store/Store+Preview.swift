import Transport

extension Store {
  /// Rows looked at under the lock at once.
  private static let previewStretch = 4096
  /// People looked at between two turns of others.
  private static let previewTurn = 16

  /// What settings would make of the people and groups that were pushed last; changes nothing.
  ///
  /// - Parameters:
  ///   - connection: with the settings to be tried.
  ///   - limit: people, and groups, that are looked at.
  package nonisolated func preview(
    _ connection: Connection, limit: Int
  ) async -> MappingPreview {
    var preview = MappingPreview()
    for type in [SCIMResourceType.user, .group] {
      let set = ResourceSet(connection: connection.id, type: type.segment)
      let total = read { $0.liveCount(of: set) }
      if type.segment == SCIMResourceType.group.segment {
        preview.groups.total = total
      } else {
        preview.employees.total = total
      }
      for (number, place) in await newest(of: set, limit: limit).enumerated() {
        await warm(read { $0.key(at: place) })
        guard let subject = read({ $0.remappingSubject(at: place) }) else { continue }
        preview.note(subject.under(connection), at: .now)
        if number.isMultiple(of: Self.previewTurn) { await Task.yield() }
      }
    }
    return preview
  }

  /// The rows whose resources changed last, the newest first; what only followed does not count.
  private nonisolated func newest(of set: ResourceSet, limit: Int) async -> [Int] {
    var best: [(modified: Int64, place: Int)] = []
    var next: Int? = 0
    while let from = next {
      let (found, following) = read { state in
        let stretch = state.livePlaces(of: set, from: from, count: Self.previewStretch)
        return (stretch.places.map { (state.rows[$0].lastModified, $0) }, stretch.next)
      }
      best += found.map { (modified: $0.0, place: $0.1) }
      best.sort { $0.modified > $1.modified }
      best.removeLast(max(0, best.count - limit))
      next = following
      await Task.yield()
    }
    return best.map(\.place)
  }
}

extension RemappingSubject {
  /// The same, were the connection this one.
  fileprivate func under(_ connection: Connection) -> RemappingSubject {
    RemappingSubject(row: row, groups: groups, connection: connection)
  }
}
