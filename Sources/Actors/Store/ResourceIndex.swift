/// Where the resources of one type in one connection are found: by id, by the keys of the type's
/// indexes, and in the order they were created. Values are row numbers in the state's one table.
struct ResourceIndex: Sendable {
  /// In creation order, deleted rows included until they are more than half of it.
  private(set) var order: [Int] = []
  private(set) var liveCount = 0

  private var byId: [String: Int] = [:]
  /// One table for each of the type's indexes, by their numbers.
  private var tables: [[String: Places]] = []
  /// Deleted rows by the externalId they had: who comes back is recognised by it.
  private var byFormerExternalId: [String: Places] = [:]

  func row(id: String) -> Int? { byId[id] }

  /// The live rows with that key, in no order.
  func rows(_ key: String, in index: Int) -> [Int] {
    index < tables.count ? tables[index][key]?.all ?? [] : []
  }

  /// Deleted rows included.
  func rows(formerExternalId: String) -> [Int] {
    rows(formerExternalId, in: 0) + (byFormerExternalId[formerExternalId]?.all ?? [])
  }

  /// Enters a row, or moves it from its former keys to its present ones.
  mutating func put(_ row: Int, id: String, old: ResourceKeys?, new: ResourceKeys?) {
    if byId.updateValue(row, forKey: id) == nil {
      order.append(row)
    } else if old == nil, new != nil {
      restore(row)
    }
    liveCount += (new == nil ? 0 : 1) - (old == nil ? 0 : 1)
    if old == new { return }
    for entry in old?.entries ?? [] { tables[entry.index].remove(row, at: entry.value) }
    for entry in new?.entries ?? [] {
      while tables.count <= entry.index { tables.append([:]) }
      tables[entry.index].insert(row, at: entry.value)
    }
    if let value = old?.externalId, new == nil { byFormerExternalId.insert(row, at: value) }
    if let value = new?.externalId { byFormerExternalId.remove(row, at: value) }
  }

  /// Whoever comes back from a deletion stands where they stood, also when the order has dropped them.
  private mutating func restore(_ row: Int) {
    let place = order.partitioningIndex { $0 >= row }
    if place == order.count || order[place] != row { order.insert(row, at: place) }
  }

  /// Drops deleted rows from the order once they outnumber the live ones; pages skip less then.
  mutating func compact(isDeleted: (Int) -> Bool) {
    guard order.count > 64, order.count > 2 * liveCount else { return }
    order.removeAll(where: isDeleted)
  }
}

/// Row numbers under one key, rising: nearly always one, which then needs no array.
enum Places: Sendable {
  case one(Int)
  case many([Int])

  var all: [Int] {
    switch self {
    case .one(let row): [row]
    case .many(let rows): rows
    }
  }
}

extension Dictionary where Value == Places {
  mutating func insert(_ row: Int, at key: Key) {
    switch removeValue(forKey: key) {
    case nil: self[key] = .one(row)
    case .one(let other)?:
      self[key] = other == row ? .one(row) : .many([Swift.min(row, other), Swift.max(row, other)])
    case .many(var rows)?:
      let index = rows.partitioningIndex { $0 >= row }
      if index == rows.endIndex || rows[index] != row { rows.insert(row, at: index) }
      self[key] = .many(rows)
    }
  }

  mutating func remove(_ row: Int, at key: Key) {
    switch removeValue(forKey: key) {
    case nil: break
    case .one(let other)?: if other != row { self[key] = .one(other) }
    case .many(var rows)?:
      let index = rows.partitioningIndex { $0 >= row }
      if index < rows.endIndex, rows[index] == row { rows.remove(at: index) }
      self[key] = rows.count == 1 ? .one(rows[0]) : .many(rows)
    }
  }
}
