import Synchronization
import Transport

/// Pushing groups, once the people are there.
extension ProviderSimulator {
  /// How many come and go while a group is looked at.
  private static let movers = 2

  /// Roughly: a look, a creation and two changes for each; corrected as it becomes clear.
  var plannedGroupCalls: Int { groups.count * 4 }

  func pushGroups() async {
    guard let dialect = dialect.groups else { return }
    await spread(Array(groups.indices)) { index in
      await self.noticingSilence { () async throws(CallFailed) in
        try await self.push(self.groups[index], dialect)
        self.tally.groupDone()
      }
    }
  }

  private func push(
    _ group: SimulatedGroup, _ dialect: any GroupDialect
  ) async throws(CallFailed) {
    let found = try await calls.make(dialect.findingGroup(group.name)).first
    if let id = found?["id"]?.string {
      let refresh = dialect.groupRefresh(id, members: members(group.members))
      tally.plan(refresh.count - 3)
      return try await make(refresh)
    }
    let change = change(of: group)
    let made = try await calls.make(dialect.groupCreation(group, members: change.initial))
    guard let id = made.body["id"]?.string else { return }
    let life = dialect.groupLife(id, change)
    tally.plan(life.count - 2)
    try await make(life)
  }

  private func make(_ list: [ProviderCall]) async throws(CallFailed) {
    for call in list { _ = try await calls.make(call) }
  }

  /// A group begins with some who leave it again and without some who join it.
  private func change(of group: SimulatedGroup) -> GroupChange {
    let joining = group.members.suffix(Self.movers)
    let inside = Set(group.members)
    let leaving = company.people.indices.lazy.filter {
      !inside.contains($0) && self.company.fate($0).endsActive
    }.prefix(Self.movers)
    let (joiners, leavers) = (members(Array(joining)), members(Array(leaving)))
    let staying = members(group.members.dropLast(joining.count))
    return GroupChange(
      group: group, initial: staying + leavers, joining: joiners, leaving: leavers,
      final: staying + joiners)
  }

  /// Those of them who are on the server.
  private func members(_ indices: [Int]) -> [GroupMember] {
    known.withLock { known in
      indices.compactMap { index in
        known[index].id.map { GroupMember(id: $0, userName: company.people[index].userName) }
      }
    }
  }
}
