import Transport

/// What the state says to a change, before anything is written.
enum Judgement: Sendable {
  /// It was computed from a version that no longer holds.
  case stale
  case refuse(SCIMError)
  /// It changes nothing.
  case keep
  /// It may be committed; `sequence` is that of the connection's newest event.
  case commit(Consumer, Connection, sequence: Int)
}

extension StoreState {
  /// Compare-and-set on the version, then uniqueness.
  func judge(_ change: MappedChange) -> Judgement {
    guard let connection = configuration.connections[change.write.connection.id],
      connection.enabled, let consumer = configuration.consumers[connection.consumerId]
    else { return .refuse(.connectionOff) }
    switch change.decision {
    case .refuse(let error):
      return .refuse(error)
    case .unchanged(let version):
      guard let row = row(change.target), !row.isDeleted, row.version == version else {
        return .stale
      }
      return .keep
    case .apply(let next):
      guard (row(change.target)?.version ?? 0) == next.base else { return .stale }
      if next.resource != nil, let holder = holder(of: next.keys.userName, besides: change.target) {
        return .refuse(holder.keys.active ? .userNameTaken : .userNameHeld)
      }
      return .commit(consumer, connection, sequence: sequence(of: connection.id))
    }
  }

  /// The live resource that has that userName already (RFC 7643 §4.1.1: unique, without case).
  private func holder(of userName: String, besides key: ResourceKey) -> ResourceRow? {
    guard let place = indexes[key.connection]?.row(userName: userName) else { return nil }
    return rows[place].key == key ? nil : rows[place]
  }
}
