/// Where the resources of one connection are found: by id, by the attributes that providers look
/// up by, and in the order they were created. Values are row numbers in the state's one table.
struct ConnectionIndex: Sendable {
  /// In creation order, deleted rows included until they are more than half of it.
  private(set) var order: [Int] = []
  private(set) var liveCount = 0
  /// The sequence of the connection's newest event.
  var sequence = 0

  private var byId: [String: Int] = [:]
  private var byUserName: [String: Int] = [:]
  private var byExternalId: [String: [Int]] = [:]
  /// Deleted rows by the externalId they had: who comes back is recognised by it.
  private var byFormerExternalId: [String: [Int]] = [:]
  private var byEmail: [String: [Int]] = [:]
  private var byEmployeeNumber: [String: [Int]] = [:]

  func row(id: String) -> Int? { byId[id] }
  /// - Parameter userName: folded.
  func row(userName: String) -> Int? { byUserName[userName] }
  func rows(externalId: String) -> [Int] { byExternalId[externalId] ?? [] }
  /// Deleted rows included.
  func rows(formerExternalId: String) -> [Int] {
    rows(externalId: formerExternalId) + (byFormerExternalId[formerExternalId] ?? [])
  }
  /// - Parameter email: folded.
  func rows(email: String) -> [Int] { byEmail[email] ?? [] }
  func rows(employeeNumber: String) -> [Int] { byEmployeeNumber[employeeNumber] ?? [] }

  /// Enters a row, or moves it from its former keys to its present ones.
  mutating func put(_ row: Int, id: String, old: ResourceKeys?, new: ResourceKeys?) {
    if byId.updateValue(row, forKey: id) == nil { order.append(row) }
    liveCount += (new == nil ? 0 : 1) - (old == nil ? 0 : 1)
    if old == new { return }
    if let old { remove(row, old) }
    if let new { insert(row, new) }
    keepFormer(row, old: old, new: new)
  }

  private mutating func keepFormer(_ row: Int, old: ResourceKeys?, new: ResourceKeys?) {
    if let value = old?.externalId, new == nil {
      byFormerExternalId[value, default: []].append(row)
    }
    if let value = new?.externalId { Self.remove(row, from: &byFormerExternalId, value) }
  }

  private mutating func insert(_ row: Int, _ keys: ResourceKeys) {
    if !keys.userName.isEmpty { byUserName[keys.userName] = row }
    if let value = keys.externalId { byExternalId[value, default: []].append(row) }
    for value in keys.emails { byEmail[value, default: []].append(row) }
    if let value = keys.employeeNumber { byEmployeeNumber[value, default: []].append(row) }
  }

  private mutating func remove(_ row: Int, _ keys: ResourceKeys) {
    if byUserName[keys.userName] == row { byUserName[keys.userName] = nil }
    if let value = keys.externalId { Self.remove(row, from: &byExternalId, value) }
    for value in keys.emails { Self.remove(row, from: &byEmail, value) }
    if let value = keys.employeeNumber { Self.remove(row, from: &byEmployeeNumber, value) }
  }

  private static func remove(_ row: Int, from index: inout [String: [Int]], _ value: String) {
    guard var rows = index.removeValue(forKey: value) else { return }
    rows.removeAll { $0 == row }
    if !rows.isEmpty { index[value] = rows }
  }

  /// Drops deleted rows from the order once they outnumber the live ones; pages skip less then.
  mutating func compact(isDeleted: (Int) -> Bool) {
    guard order.count > 64, order.count > 2 * liveCount else { return }
    order.removeAll(where: isDeleted)
  }
}
