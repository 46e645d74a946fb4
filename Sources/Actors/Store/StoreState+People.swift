import Transport

/// What mapping asks about other people of the same connection.
extension StoreState {
  /// The row a POST brings back instead of making a new one.
  ///
  /// Matched by `externalId` it may be inactive or deleted. By `userName` alone it must be
  /// inactive, and one of the two must lack an `externalId`: two people must never become one.
  func formerEmployee(_ keys: ResourceKeys, in connection: String) -> ResourceRow? {
    guard let index = people(of: connection) else { return nil }
    if let externalId = keys.externalId {
      let rows = index.rows(formerExternalId: externalId).map { self.rows[$0] }
      let isHere = rows.contains { !$0.isDeleted && $0.keys.active }
      if !isHere, rows.count == 1 { return rows[0] }
    }
    guard let userName = keys.value(in: people.userName), let number = people.userName,
      let place = index.rows(userName, in: number).first
    else { return nil }
    let holder = self.rows[place]
    let mayBeSame = keys.externalId == nil || holder.keys.externalId == nil
    return !holder.keys.active && mayBeSame ? holder : nil
  }

  /// The one person a manager reference means, or nil when it means nobody or several.
  ///
  /// Tried in turn: SCIM id, externalId, employeeNumber, userName, work email.
  func manager(_ reference: String, in connection: String) -> ResourceRow? {
    guard let index = people(of: connection) else { return nil }
    let byId = index.row(id: reference).map { [$0] } ?? []
    let byKeys = people.keys(of: reference).lazy.map { entry in
      let places = index.rows(entry.value, in: entry.index)
      return entry.index == people.email
        ? places.filter { isWorkEmail(entry.value, of: self.rows[$0]) } : places
    }
    for places in [[byId], Array(byKeys)].joined() {
      let rows = places.map { self.rows[$0] }.filter { !$0.isDeleted }
      if rows.count == 1 { return rows[0] }
      if rows.count > 1 { return nil }
    }
    return nil
  }

  /// Of several addresses only one is the person's at work.
  private func isWorkEmail(_ folded: String, of row: ResourceRow) -> Bool {
    OutcomeMembers(row.record)?.text("workEmail").map(SCIMText.fold) == folded
  }

  func people(of connection: String) -> ResourceIndex? {
    indexes[ResourceSet(connection: connection, type: SCIMResourceType.user.segment)]
  }
}

/// Which indexes of the served user type say who somebody is.
struct PeopleIndexes: Sendable {
  let userName: Int?
  let email: Int?
  private let type: SCIMResourceType
  /// In the order a reference is tried.
  private let order: [Int]

  init(_ catalog: SCIMCatalog) {
    let type = catalog.resourceType(segment: SCIMResourceType.user.segment) ?? .user
    let employeeNumber = "\(SCIMSchema.enterpriseUser.id):employeeNumber"
    self.type = type
    userName = type.indexNumber(of: "userName")
    email = type.indexNumber(of: "emails.value")
    order = ["externalId", employeeNumber, "userName", "emails.value"].compactMap {
      type.indexNumber(of: $0)
    }
  }

  /// The keys under which a person of that name would stand.
  func keys(of reference: String) -> [ResourceKeys.Entry] {
    order.map { ResourceKeys.Entry(index: $0, value: type.indexes[$0].key(reference)) }
  }

  /// Whether people are referred to by that index.
  func isReference(_ entry: ResourceKeys.Entry) -> Bool { order.contains(entry.index) }
}
