import Transport

/// What the state says to a change, before anything is written.
enum Judgement: Sendable {
  /// It was computed from a version, or by a mapping, that no longer holds.
  case stale
  case refuse(SCIMError)
  /// It changes nothing.
  case keep
  /// It may be committed; `sequence` is that of the connection's newest event.
  case commit(Consumer, Connection, sequence: Int)
}

extension StoreState {
  /// Compare-and-set on what the change was made from, then uniqueness.
  func judge(_ change: MappedChange) -> Judgement {
    guard let connection = configuration.connections[change.write.connection.id],
      connection.enabled, let consumer = configuration.consumers[connection.consumerId]
    else { return .refuse(.connectionOff) }
    if !configuration.erasures.isEmpty, let judgement = beside(erasures: change) {
      return judgement
    }
    switch change.decision {
    case .refuse(let error):
      return .refuse(error)
    case .unchanged(let seen):
      guard let place = place(change.target), !rows[place].isDeleted,
        rows[place].contentSeq == seen
      else { return .stale }
      return .keep
    case .apply(let next):
      if let mapping = change.mapping, mapping != connection.mapping { return .stale }
      let known = place(change.target).map { rows[$0].contentSeq }
      guard (known ?? 0) == next.seen else { return .stale }
      if next.resource != nil, let conflict = conflict(of: next, at: change.target) {
        return .refuse(conflict)
      }
      return .commit(consumer, connection, sequence: sequence(of: connection.id))
    }
  }

  /// Why a resource may not be as it would become: somebody else has what only one may have
  /// (RFC 7643 §7: `uniqueness`; RFC 7644 §3.3.1).
  private func conflict(of next: ResourceState, at key: ResourceKey) -> SCIMError? {
    guard let type = catalog.resourceType(segment: key.type) else { return nil }
    let own = place(key)
    for entry in next.keys.entries where type.indexes[entry.index].isUnique {
      let others = candidates(entry.value, in: entry.index, of: key.set).filter { $0 != own }
      guard let holder = others.first(where: { keys(at: $0).entries.contains(entry) })
      else { continue }
      return taken(type.indexes[entry.index].path, by: holder)
    }
    return isSecond(next, key, type) ? .groupTaken : nil
  }

  /// Whether a new group is one there is already, sent again: of the same name, and not told apart
  /// by their externalIds. Names alone need not be unique (RFC 7643 §4.2).
  private func isSecond(
    _ next: ResourceState, _ key: ResourceKey, _ type: SCIMResourceType
  ) -> Bool {
    guard next.base == 0, key.type == SCIMResourceType.group.segment,
      let number = type.indexNumber(of: "displayName"), let name = next.keys.value(in: number)
    else { return false }
    return holders(name, in: number, of: key.set).contains { place in
      let other = keys(at: place).externalId
      return other == nil || next.keys.externalId == nil || other == next.keys.externalId
    }
  }

  private func taken(_ path: String, by holder: Int) -> SCIMError {
    guard path == "userName" else { return .valueTaken(path) }
    return rows[holder].isActive ? .userNameTaken : .userNameHeld
  }
}
