import Transport

/// Who belongs to which group, both ways round, and who is awaited: part of the state's fold.
///
/// Groups and members are row numbers of the state's one table.
package struct Membership: Sendable {
  private var members: [Int: MemberSet] = [:]
  /// Groups by the rows that are members of them.
  private var joined = HashIndex()
  /// Groups by the values of members nobody stands behind yet.
  private var awaiting = HashIndex()
  private let hasher: SipHash

  init(_ hasher: SipHash) { self.hasher = hasher }

  /// A member's value nobody in its connection stands behind.
  struct Awaited: Sendable {
    let connection: String
    let value: String
  }

  private func hash(_ awaited: Awaited) -> UInt64 {
    hasher.hash(awaited.value, seed: hasher.hash(awaited.connection, seed: 1) | 1)
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
  package func groups(of row: Int) -> [Int] {
    joined.places(HashIndex.hash(place: row))
  }

  /// The groups that have members, in the order of their rows.
  var groups: [Int] { members.keys.sorted() }

  func waiting(for value: String, in connection: String) -> [Int] {
    awaiting.places(hash(Awaited(connection: connection, value: value))).filter {
      members[$0]?.contains(value) ?? false
    }
  }

  /// Enters a member, or what is newly known of it.
  mutating func set(_ member: SCIMMember, target: Int?, of group: Int, in connection: String) {
    let known = members[group]?[member.value]
    members[group, default: MemberSet()].set(member, target: target)
    if let known, known.target == target { return }
    let awaited = Awaited(connection: connection, value: member.value)
    if let known { unlink(known.target, awaited, from: group) }
    if let target {
      joined.insert(group, at: HashIndex.hash(place: target))
    } else {
      awaiting.insert(group, at: hash(awaited))
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
    if let target {
      joined.remove(group, at: HashIndex.hash(place: target))
    } else {
      awaiting.remove(group, at: hash(awaited))
    }
  }
}
