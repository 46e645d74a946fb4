package import Transport

/// Everything the store knows: the fold of `3-committed`.
///
/// A pure value; the store applies an outcome to it while it writes the line, and start-up applies
/// the same lines again, through the same function. Texts are not in it but in the files its rows
/// point into. A copy shares everything and costs little, whoever goes on changing the original.
package struct StoreState: Sendable {
  package var configuration = Configuration()
  /// The types whose keys are known.
  package let catalog: SCIMCatalog
  let people: PeopleIndexes
  /// Where rows' bytes are read; nil where all stay in memory.
  let files: RecordFiles?
  let hasher: SipHash

  var rows = PagedArray<StoredRow>()
  /// Ids that are no numbers.
  private(set) var otherNames: [String] = []
  private(set) var sets: [SetRows] = []
  private(set) var setNumbers: [ResourceSet: Int] = [:]
  /// Rows by id, by record and by the keys of their types.
  private(set) var index = HashIndex()
  /// The data of lines that are not known to be on disk, by their numbers.
  var recent: [UInt64: [UInt8]] = [:]
  /// How employees show the groups there are, by their rows.
  var groupNames: [Int: GroupSummary] = [:]

  /// The sequence of each connection's newest event.
  var sequences: [String: Int] = [:]
  /// The consumer of every connection there ever was: employees may outlive theirs.
  package internal(set) var consumers: [String: String] = [:]
  /// Rows of each consumer in the order they were committed, deleted ones included; only appended to.
  private(set) var employees: [String: [UInt32]] = [:]
  /// Connections that were removed together with their employees, by id.
  package internal(set) var departures: [String: Departure] = [:]
  /// The newest link of the chain over all changes of the configuration; empty before the first.
  package internal(set) var administration: [UInt8] = []
  /// Who belongs to which group.
  package internal(set) var membership: Membership
  /// Who reports to whom.
  var reporting: Reporting
  /// Which accepted writes have an outcome.
  package internal(set) var decided = DecidedWrites()
  /// What has to be committed yet because of what is, with the request that caused it.
  private(set) var owed: [Obligation: String] = [:]
  /// The part of it that has to be done before anything else is.
  private(set) var urgent: [Obligation: String] = [:]
  /// Connections whose mapping changed and whose people are not all mapped anew, by id.
  var remappings: [String: Remapping] = [:]
  /// The request whose outcome is being entered.
  var causing = ""
  /// The newest line this state includes.
  package internal(set) var appliedSeq: UInt64 = 0

  /// - Parameters:
  ///   - files: where rows' bytes are read again; without, all stay in memory.
  package init(
    catalog: SCIMCatalog = .builtIn, files: RecordFiles? = nil, hasher: SipHash = .random()
  ) {
    self.catalog = catalog
    self.files = files
    self.hasher = hasher
    people = PeopleIndexes(catalog)
    membership = Membership(hasher)
    reporting = Reporting(hasher)
  }

  package func sequence(of connection: String) -> Int { sequences[connection] ?? 0 }
}

// MARK: - Entering

extension StoreState {
  /// Enters what an applied outcome made of its resource.
  ///
  /// - Parameter request: what caused it.
  /// - Returns: its place.
  @discardableResult
  mutating func put(_ entry: RowEntry, request: String) -> Int {
    causing = request
    let set = number(of: entry.key.set)
    let before = place(entry.key).map { known in
      RowBefore(
        place: known, isDeleted: rows[known].isDeleted,
        keys: entry.formerKeys ?? keys(at: known))
    }
    let place = before?.place ?? rows.count
    let stored = stored(entry, in: set)
    if before == nil { rows.append(stored) } else { rows[place] = stored }
    if case .held(let data) = entry.body { recent[entry.seq] = data }
    if before == nil { enter(entry, at: place, in: set) } else { move(entry, before, in: set) }
    reindex(entry, at: place, before, in: set)
    let formerName = groupNames[place]?.name
    if let group = entry.group { groupNames[place] = entry.isDeleted ? nil : group }
    if let sequence = entry.sequence { count(sequence, of: entry.key.connection) }
    appliedSeq = max(appliedSeq, entry.seq)
    link(place, entry, before: before)
    if let formerName, !entry.isDeleted, entry.group?.name != formerName { renamed(place) }
    return place
  }

  /// What was known of a row before it changed.
  struct RowBefore {
    let place: Int
    let isDeleted: Bool
    let keys: ResourceKeys
  }

  private func stored(_ entry: RowEntry, in set: Int) -> StoredRow {
    let body: BodyPlace
    switch entry.body {
    case .held: body = BodyPlace(line: entry.seq, entry.parts)
    case .filed(let name, let offset): body = BodyPlace(name, at: offset, entry.parts)
    }
    let known = place(entry.key).map { rows[$0] }
    return StoredRow(
      id: known?.id ?? Self.name(entry.key.id) ?? RowName(other: otherNames.count),
      recordId: known.map(\.recordId) ?? .none,
      created: entry.created.milliseconds, lastModified: entry.lastModified.milliseconds,
      contentSeq: entry.contentSeq, lastSeq: max(entry.seq, known?.lastSeq ?? 0), body: body,
      version: UInt32(clamping: entry.version), set: UInt32(set), isDeleted: entry.isDeleted,
      isActive: entry.keys.active, isErased: entry.isErased)
  }

  /// A new row. Row numbers rise, so that each consumer's stay in order.
  private mutating func enter(_ entry: RowEntry, at place: Int, in set: Int) {
    if rows[place].id.otherNumber != nil { otherNames.append(entry.key.id) }
    index.insert(place, at: hash(entry.key.id, .id(set: set)))
    sets[set].append(place, isLive: !entry.isDeleted)
    guard !entry.recordId.isEmpty else { return }
    let type = entry.key.type
    if let name = Self.recordName(entry.recordId, type: type) {
      rows[place].recordId = name
    } else {
      rows[place].recordId = RowName(other: otherNames.count)
      otherNames.append(entry.recordId)
    }
    index.insert(place, at: hash(entry.recordId, .record))
    guard type == SCIMResourceType.user.segment, let consumer = consumers[entry.key.connection]
    else { return }
    employees[consumer, default: []].append(UInt32(place))
  }

  private mutating func move(_ entry: RowEntry, _ before: RowBefore?, in set: Int) {
    guard let before else { return }
    switch (before.isDeleted, entry.isDeleted) {
    case (false, true):
      sets[set].died()
      sets[set].compact { rows[$0].isDeleted }
    case (true, false): sets[set].restore(before.place)
    default: break
    }
  }

  private mutating func reindex(
    _ entry: RowEntry, at place: Int, _ before: RowBefore?, in set: Int
  ) {
    if entry.isErased, let value = before?.keys.externalId {
      index.remove(place, at: hash(value, .formerExternalId(set: set)))
    }
    let old = before.flatMap { $0.isDeleted ? nil : $0.keys }
    let new = entry.isDeleted ? nil : entry.keys
    if old == new { return }
    for key in old?.entries ?? [] {
      index.remove(place, at: hash(key.value, .value(index: key.index, set: set)))
    }
    for key in new?.entries ?? [] {
      index.insert(place, at: hash(key.value, .value(index: key.index, set: set)))
    }
    if let value = old?.externalId, new == nil, !entry.isErased {
      index.insert(place, at: hash(value, .formerExternalId(set: set)))
    }
    if let value = new?.externalId {
      index.remove(place, at: hash(value, .formerExternalId(set: set)))
    }
  }

  /// A row as a snapshot has it; links are made by who restores it.
  mutating func restore(_ entry: RowEntry) -> Int {
    let set = number(of: entry.key.set)
    let place = rows.count
    rows.append(stored(entry, in: set))
    enter(entry, at: place, in: set)
    reindex(entry, at: place, nil, in: set)
    if entry.isDeleted, let value = entry.keys.externalId {
      index.insert(place, at: hash(value, .formerExternalId(set: set)))
    }
    if let group = entry.group, !entry.isDeleted { groupNames[place] = group }
    return place
  }

  /// Takes over the tables of an image.
  mutating func adopt(
    _ names: [String], _ sets: [SetRows], _ index: HashIndex, _ employees: [String: [UInt32]]
  ) {
    otherNames = names
    self.sets = sets
    for (number, set) in sets.enumerated() { setNumbers[set.set] = number }
    self.index = index
    self.employees = employees
  }

  mutating func compactSets() {
    for number in sets.indices {
      sets[number].compact { [rows] in rows[$0].isDeleted }
    }
  }

  private mutating func count(_ sequence: Int, of connection: String) {
    if sequence > self.sequence(of: connection) { sequences[connection] = sequence }
  }

  /// The number of a set, drawn when it is first seen.
  mutating func number(of set: ResourceSet) -> Int {
    if let number = setNumbers[set] { return number }
    setNumbers[set] = sets.count
    sets.append(SetRows(set))
    return sets.count - 1
  }

  mutating func apply(_ line: AdminLine, seq: UInt64, request: String = "") {
    administration = Self.link(administration, line.data)
    for change in line.changes {
      if case .connectionDeleted(let id, keepsEmployees: false) = change,
        let connection = configuration.connections[id],
        let consumer = configuration.consumers[connection.consumerId]
      {
        departures[id] = Departure(connection: connection, consumer: consumer)
      }
      noteMapping(change, because: request)
      configuration.apply(change, at: seq)
      if case .connectionCreated(let connection) = change {
        consumers[connection.id] = connection.consumerId
      }
    }
    dropRemappings()
    appliedSeq = max(appliedSeq, seq)
  }

  /// Notes a line that changed nothing here: a refusal, or a write without effect.
  mutating func pass(seq: UInt64) { appliedSeq = max(appliedSeq, seq) }

  /// A row shows something of a line that is not its own.
  mutating func noteShown(_ place: Int, at seq: UInt64) {
    rows[place].lastSeq = max(rows[place].lastSeq, seq)
  }
}

// MARK: - Bytes that reach the disk

extension StoreState {
  /// The line of a row is on disk: its bytes need not stay in memory.
  mutating func land(_ place: Int, _ position: SpoolPosition) {
    guard files != nil else { return }
    recent[position.seq] = nil
    guard rows[place].body.isInMemory, rows[place].body.offset == position.seq else { return }
    rows[place].body.land(in: .segment(position.segment), at: position.offset)
  }
}

// MARK: - Obligations

extension StoreState {
  mutating func owe(_ obligation: Obligation) { owe(obligation, because: causing) }

  mutating func owe(_ obligation: Obligation, because request: String) {
    if obligation.isUrgent { urgent[obligation] = request } else { owed[obligation] = request }
  }

  mutating func settled(_ obligation: Obligation) {
    if obligation.isUrgent { urgent[obligation] = nil } else { owed[obligation] = nil }
  }

  func owes(_ obligation: Obligation) -> Bool {
    owed[obligation] != nil || urgent[obligation] != nil
  }

  /// Takes up to `count` obligations out, with the requests that caused them; whoever takes them
  /// meets them.
  ///
  /// - Parameter urgent: what has to be done before anything else, or the rest.
  mutating func takeOwed(
    _ count: Int, urgent isUrgent: Bool
  ) -> [(obligation: Obligation, request: String)] {
    let taken = (isUrgent ? urgent : owed).prefix(count).map {
      (obligation: $0.key, request: $0.value)
    }
    for one in taken { settled(one.obligation) }
    return taken
  }

  package var owesAnything: Bool { !owed.isEmpty || !urgent.isEmpty }
}
