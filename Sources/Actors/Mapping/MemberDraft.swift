/// A group's members while one write is applied to them: remembers whom it touched, so that what
/// changed is known without comparing all.
struct MemberDraft {
  private let stored: MemberSet
  private var set: MemberSet
  private var touched: [String] = []
  private var seen: Set<String> = []
  private let group: ResourceKey
  private let store: Store
  /// Rows that stand behind members this write added.
  private var targets: Set<Int> = []

  init(_ store: Store, group: ResourceKey) {
    self.store = store
    self.group = group
    stored = store.read { state in
      state.place(group).map { state.membership.members(of: $0) } ?? MemberSet()
    }
    set = stored
  }

  mutating func apply(_ edit: SCIMMemberEdit) throws(SCIMError) {
    switch edit {
    case .add(let members):
      for member in members where known(member.value) == nil { add(member) }
    case .replaceAll(let members): replaceAll(members)
    case .removeAll: for entry in set.all { remove(entry.member.value) }
    case .remove(let values): for value in values { known(value).map { remove($0) } }
    case .removeWhere(let filter):
      for entry in set.all where filter.matches(entry.member) { remove(entry.member.value) }
    case .change(let change): try apply(change)
    }
  }

  /// What came, went and changed.
  var change: MemberChange {
    var change = MemberChange()
    for value in touched {
      switch (stored[value]?.member, set[value]?.member) {
      case (nil, let member?): change.added.append(member)
      case (_?, nil): change.removed.append(value)
      case (let old?, let new?) where old != new: change.changed.append(new)
      default: break
      }
    }
    return change
  }

  /// As SCIM shows them; nil when there is nobody.
  var computed: SCIMComputed? { SCIMComputed(members: set) }

  /// The value under which somebody is a member: as named, or as whom that name means.
  private func known(_ value: String) -> String? {
    if set.contains(value) { return value }
    let other = store.read { state in
      state.memberValue(meaning: value, in: group)
    }
    return other.flatMap { set.contains($0) ? $0 : nil }
  }

  private mutating func add(_ member: SCIMMember) {
    if let target = store.read({ $0.target(of: member.value, in: group.connection) }) {
      guard targets.insert(target).inserted else { return }
    }
    set(member)
  }

  private mutating func replaceAll(_ members: [SCIMMember]) {
    var kept: Set<String> = []
    for member in members {
      guard let value = known(member.value) else {
        add(member)
        kept.insert(member.value)
        continue
      }
      kept.insert(value)
      if value == member.value, set[value]?.member != member { set(member) }
    }
    for entry in set.all where !kept.contains(entry.member.value) { remove(entry.member.value) }
  }

  private mutating func apply(_ change: SCIMMemberChange) throws(SCIMError) {
    let concerned: [MemberSet.Entry]
    if let ids = change.filter?.ids {
      concerned = ids.compactMap { known($0) }.compactMap { set[$0] }
    } else {
      concerned = set.all.filter { change.filter?.matches($0.member) ?? true }
    }
    for entry in concerned { set(try change.applied(to: entry.member)) }
    if concerned.isEmpty, let member = try change.created() { add(member) }
  }

  private mutating func set(_ member: SCIMMember) {
    note(member.value)
    set.set(member, target: set[member.value]?.target)
  }

  private mutating func remove(_ value: String) {
    note(value)
    set.remove(value)
  }

  private mutating func note(_ value: String) {
    if seen.insert(value).inserted { touched.append(value) }
  }
}
