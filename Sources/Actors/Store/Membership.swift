/// Who belongs to which group, both ways round, and who is awaited: part of the state's fold.
///
/// Groups and members are row numbers of the state's one table.
package struct Membership: Sendable {
  private var members: [Int: MemberSet] = [:]
  /// The groups that have a row as member.
  private var groups: [Int: Places] = [:]
  /// The groups that have a member nobody stands behind yet, by connection and value.
  private var waiting: [Awaited: Places] = [:]

  struct Awaited: Sendable, Hashable {
    let connection: String
    let value: String
  }

  package func members(of group: Int) -> MemberSet { members[group] ?? MemberSet() }

  package func contains(_ value: String, in group: Int) -> Bool {
    members[group]?.contains(value) ?? false
  }

  package func member(_ value: String, of group: Int) -> SCIMMember? {
    members[group]?[value]?.member
  }

  func target(of value: String, in group: Int) -> Int? { members[group]?[value]?.target }

  package func count(of group: Int) -> Int { members[group]?.count ?? 0 }

  /// The groups a row belongs to, in the order of their rows.
  package func groups(of row: Int) -> [Int] { groups[row]?.all.sorted() ?? [] }

  var hasGroups: Bool { !members.isEmpty }

  func waiting(for value: String, in connection: String) -> [Int] {
    waiting[Awaited(connection: connection, value: value)]?.all ?? []
  }

  /// Enters a member, or what is newly known of it.
  mutating func set(_ member: SCIMMember, target: Int?, of group: Int, in connection: String) {
    let known = members[group]?[member.value]
    members[group, default: MemberSet()].set(member, target: target)
    if let known, known.target == target { return }
    let awaited = Awaited(connection: connection, value: member.value)
    if let known { unlink(known.target, awaited, from: group) }
    if let target {
      groups.insert(group, at: target)
    } else {
      waiting.insert(group, at: awaited)
    }
  }

  mutating func remove(_ value: String, of group: Int, in connection: String) {
    guard let entry = members[group]?.remove(value) else { return }
    unlink(entry.target, Awaited(connection: connection, value: value), from: group)
  }

  /// The group is gone, and with it what it says of anybody.
  mutating func remove(group: Int, in connection: String) {
    members.removeValue(forKey: group)?.forEach { entry in
      let awaited = Awaited(connection: connection, value: entry.member.value)
      unlink(entry.target, awaited, from: group)
    }
  }

  /// The value under which a row belongs to a group.
  ///
  /// - Parameter likely: tried first; only if none is right the whole group is looked through.
  func value(of row: Int, in group: Int, likely: [String]) -> String? {
    guard let set = members[group] else { return nil }
    if let value = likely.first(where: { set[$0]?.target == row }) { return value }
    var found: String?
    set.forEach { if $0.target == row { found = $0.member.value } }
    return found
  }

  private mutating func unlink(_ target: Int?, _ awaited: Awaited, from group: Int) {
    if let target { groups.remove(group, at: target) } else { waiting.remove(group, at: awaited) }
  }
}
