import Transport

/// What mapping asks about other people of the same connection.
extension StoreState {
  /// The row a POST brings back instead of making a new one.
  ///
  /// Matched by `externalId` it may be inactive or deleted. By `userName` alone it must be
  /// inactive, and one of the two must lack an `externalId`: two people must never become one.
  func formerEmployee(_ keys: ResourceKeys, in connection: String) -> ResourceRow? {
    let set = Self.people(of: connection)
    if let externalId = keys.externalId {
      let places = rows(formerExternalId: externalId, of: set)
      if places.contains(where: { isBeingErased($0) }) { return nil }
      let isHere = places.contains { !rows[$0].isDeleted && rows[$0].isActive }
      if !isHere, places.count == 1 { return row(at: places[0]) }
    }
    guard let userName = keys.value(in: people.userName), let number = people.userName,
      let place = candidates(userName, in: number, of: set).first, !rows[place].isActive,
      !isBeingErased(place)
    else { return nil }
    let holder = row(at: place)
    let isHeld = holder.keys.value(in: number) == userName
    let mayBeSame = keys.externalId == nil || holder.keys.externalId == nil
    return isHeld && mayBeSame ? holder : nil
  }

  /// The one person a manager reference means, or nil when it means nobody or several.
  ///
  /// Tried in turn: SCIM id, externalId, employeeNumber, userName, work email.
  func manager(_ reference: String, in connection: String) -> ResourceRow? {
    let set = Self.people(of: connection)
    if let place = place(id: reference, in: set), !rows[place].isDeleted, !isBeingErased(place) {
      return row(at: place)
    }
    for entry in people.keys(of: reference) {
      var places = holders(entry.value, in: entry.index, of: set)
      if entry.index == people.email {
        places = places.filter { isWorkEmail(entry.value, of: $0) }
      }
      if !configuration.erasures.isEmpty { places.removeAll { isBeingErased($0) } }
      if places.count == 1 { return row(at: places[0]) }
      if places.count > 1 { return nil }
    }
    return nil
  }

  /// Of several addresses only one is the person's at work, by what was pushed.
  private func isWorkEmail(_ folded: String, of place: Int) -> Bool {
    row(at: place).stored.flatMap { EmployeeMapping.email.evaluate($0).string }
      .map(SCIMText.fold) == folded
  }

  private static func people(of connection: String) -> ResourceSet {
    ResourceSet(connection: connection, type: SCIMResourceType.user.segment)
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
