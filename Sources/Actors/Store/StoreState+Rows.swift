import Transport

/// Finding rows, and what is read of them.
extension StoreState {
  func hash(_ text: String, _ domain: KeyDomain) -> UInt64 {
    hasher.hash(text, seed: domain.seed)
  }

  /// Where a resource's row stands; it keeps that place for ever, also when it is deleted.
  func place(_ key: ResourceKey) -> Int? {
    guard let set = setNumbers[key.set] else { return nil }
    return place(id: key.id, set: set)
  }

  func place(id: String, in set: ResourceSet) -> Int? {
    setNumbers[set].flatMap { place(id: id, set: $0) }
  }

  private func place(id: String, set: Int) -> Int? {
    let name = Self.name(id)
    return index.places(hash(id, .id(set: set))).first { place in
      guard rows[place].set == set else { return false }
      return name.map { rows[place].id == $0 } ?? (self.id(at: place) == id)
    }
  }

  /// - Parameter id: of an employee or a group.
  func place(record id: String) -> Int? {
    index.places(hash(id, .record)).first { recordId(at: $0) == id }
  }

  func set(at place: Int) -> ResourceSet { sets[Int(rows[place].set)].set }

  func type(at place: Int) -> SCIMResourceType? {
    catalog.resourceType(segment: set(at: place).type)
  }

  func isUser(_ place: Int) -> Bool { set(at: place).type == SCIMResourceType.user.segment }
  func isGroup(_ place: Int) -> Bool { set(at: place).type == SCIMResourceType.group.segment }

  func id(at place: Int) -> String {
    let name = rows[place].id
    return name.otherNumber.map { otherNames[$0] } ?? name.uuid
  }

  func recordId(at place: Int) -> String {
    let name = rows[place].recordId
    if name == .none { return "" }
    if let number = name.otherNumber { return otherNames[number] }
    return name.ulid(prefix: isGroup(place) ? "grp_" : "emp_")
  }

  func key(at place: Int) -> ResourceKey {
    let set = set(at: place)
    return ResourceKey(connection: set.connection, type: set.type, id: id(at: place))
  }

  /// An id as a number; nil when it is none of ours.
  static func name(_ id: String) -> RowName? { RowName(uuid: id) }

  static func recordName(_ id: String, type: String) -> RowName? {
    RowName(ulid: id, prefix: type == SCIMResourceType.group.segment ? "grp_" : "emp_")
  }
}

// MARK: - Whole rows

extension StoreState {
  /// Nobody changes whoever is being erased: for them there is no such row any more.
  package func row(_ key: ResourceKey) -> ResourceRow? {
    place(key).flatMap { isBeingErased($0) ? nil : row(at: $0) }
  }

  /// - Parameter id: of an employee or a group.
  package func row(record id: String) -> ResourceRow? { place(record: id).map { row(at: $0) } }

  /// Reads the row's bytes, from the disk if the system does not have them in memory.
  func row(at place: Int) -> ResourceRow {
    let stored = rows[place]
    let (data, start) = (bytes(stored.body.whole, of: stored.body), stored.body.whole.lowerBound)
    func part(_ part: BodyPlace.Part) -> [UInt8] {
      if part.count == 0 { return [] }
      let bytes = Array(data[Int(part.start) - start..<part.range.upperBound - start])
      return confirmed(bytes, part, stored.body)
    }
    let body = stored.body
    return ResourceRow(
      key: key(at: place), version: Int(stored.version),
      created: Timestamp(milliseconds: stored.created),
      lastModified: Timestamp(milliseconds: stored.lastModified),
      resource: stored.isDeleted ? nil : part(body.resource),
      unknown: body.unknown.count == 0 ? nil : part(body.unknown),
      recordId: recordId(at: place), record: part(body.record), type: type(at: place),
      isActive: stored.isActive, contentSeq: stored.contentSeq, lastSeq: stored.lastSeq)
  }

  /// What the row is found by; of a deleted one what it is recognised by.
  func keys(at place: Int) -> ResourceKeys {
    let stored = rows[place]
    if stored.isDeleted { return ResourceKeys(formerly: record(at: place), isUser: isUser(place)) }
    return ResourceKeys(stored: bytes(stored.body.resource, of: stored.body), type: type(at: place))
  }

  /// The employee or group as events and the API show it.
  func record(at place: Int) -> [UInt8] { bytes(rows[place].body.record, of: rows[place].body) }

  /// The stored form, to be read outside the lock; nil once deleted.
  func resourceBytes(at place: Int) -> RowBytes? {
    rows[place].isDeleted ? nil : deferred(rows[place].body.resource, of: rows[place].body)
  }

  /// The record, to be read outside the lock.
  func recordBytes(at place: Int) -> RowBytes {
    deferred(rows[place].body.record, of: rows[place].body)
  }

  /// All that `row` reads of a resource; nil when there is none.
  func wholeExtent(of key: ResourceKey) -> RecordFiles.Extent? {
    guard let place = place(key), !rows[place].body.isInMemory else { return nil }
    let body = rows[place].body
    return files?.extent(
      body.name, at: body.offset + UInt64(body.whole.lowerBound), count: body.whole.count)
  }

  private func deferred(_ part: BodyPlace.Part, of body: BodyPlace) -> RowBytes {
    if body.isInMemory { return .held(bytes(part.range, of: body)) }
    let extent = files?.extent(
      body.name, at: body.offset + UInt64(part.start), count: Int(part.count),
      checksum: part.checksum)
    return extent.map { .filed($0) } ?? .held([])
  }

  private func bytes(_ part: BodyPlace.Part, of body: BodyPlace) -> [UInt8] {
    confirmed(bytes(part.range, of: body), part, body)
  }

  /// Nothing a disk made up is shown, changed or copied: the process ends instead.
  private func confirmed(
    _ bytes: [UInt8], _ part: BodyPlace.Part, _ body: BodyPlace
  ) -> [UInt8] {
    if !body.isInMemory, CRC32C.checksum(bytes) != part.checksum {
      files?.refuse(body.name, at: body.offset + UInt64(part.start))
    }
    return bytes
  }

  private func bytes(_ range: Range<Int>, of body: BodyPlace) -> [UInt8] {
    if range.isEmpty { return [] }
    if body.isInMemory { return Array(recent[body.offset]?[range] ?? []) }
    return files?.readNow(
      body.name, at: body.offset + UInt64(range.lowerBound), count: range.count) ?? []
  }
}

// MARK: - Candidates

extension StoreState {
  /// Rows that may have that key in an index of their type, rising; the record tells.
  func candidates(_ value: String, in number: Int, of set: ResourceSet) -> [Int] {
    guard let set = setNumbers[set] else { return [] }
    return index.places(hash(value, .value(index: number, set: set)))
  }

  /// Rows that have that key, confirmed on their records.
  func holders(_ value: String, in number: Int, of set: ResourceSet) -> [Int] {
    let key = ResourceKeys.Entry(index: number, value: value)
    return candidates(value, in: number, of: set).filter { keys(at: $0).entries.contains(key) }
  }

  /// Rows that have that externalId or had it when they were deleted.
  func rows(formerExternalId value: String, of set: ResourceSet) -> [Int] {
    guard let number = setNumbers[set] else { return [] }
    let former = index.places(hash(value, .formerExternalId(set: number)))
    return holders(value, in: 0, of: set)
      + former.filter { keys(at: $0).externalId == value || !isUser($0) }
  }
}
