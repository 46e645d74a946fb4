import Transport

/// What mapping asks about other people of the same connection.
extension StoreState {
  /// The row a POST brings back instead of making a new one.
  ///
  /// Matched by `externalId` it may be inactive or deleted. By `userName` alone it must be
  /// inactive, and one of the two must lack an `externalId`: two people must never become one.
  func formerEmployee(_ keys: ResourceKeys, in connection: String) -> ResourceRow? {
    guard let index = indexes[connection] else { return nil }
    if let externalId = keys.externalId {
      let rows = index.rows(formerExternalId: externalId).map { self.rows[$0] }
      let matches = rows.filter { $0.isDeleted || !$0.keys.active }
      if matches.count == 1 { return matches[0] }
    }
    guard let place = index.row(userName: keys.userName) else { return nil }
    let holder = self.rows[place]
    let mayBeSame = keys.externalId == nil || holder.keys.externalId == nil
    return !holder.keys.active && mayBeSame ? holder : nil
  }

  /// The one person a manager reference means, or nil when it means nobody or several.
  ///
  /// Tried in turn: SCIM id, externalId, employeeNumber, userName, work email.
  func manager(_ reference: String, in connection: String) -> ResourceRow? {
    guard let index = indexes[connection] else { return nil }
    let folded = SCIMText.fold(reference)
    let attempts: [[Int]] = [
      index.row(id: reference).map { [$0] } ?? [], index.rows(externalId: reference),
      index.rows(employeeNumber: reference), index.row(userName: folded).map { [$0] } ?? [],
      index.rows(email: folded),
    ]
    for places in attempts {
      let rows = places.map { self.rows[$0] }.filter { !$0.isDeleted }
      if rows.count == 1 { return rows[0] }
      if rows.count > 1 { return nil }
    }
    return nil
  }
}
