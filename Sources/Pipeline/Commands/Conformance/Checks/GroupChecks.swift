import Transport

/// Groups and their members (RFC 7643 §4.2), for servers that have them.
enum GroupChecks {
  static let all =
    ConformanceCheck.table(
      .groups, needing: .groups,
      rows: [
        ("a group is created with a member", "7643 §4.2", created),
        ("a group without displayName is 400", "7643 §4.2", missingRequired),
        ("a user shows the groups they are in", "7643 §4.1.2", shownByUser),
        ("PUT replaces the members", "7644 §3.5.1", replaced),
        ("excludedAttributes=members leaves them out", "7644 §3.9", withoutMembers),
        ("a deleted user is a member of nothing", "7643 §4.2", deletedMember),
        ("a deleted group is gone, its members stay", "7644 §3.6", deleted),
      ])
    + ConformanceCheck.table(
      .groups, needing: .groups, .filter,
      rows: [
        ("a group is found by displayName", "7644 §3.4.2.2", found),
        ("a group is found by a member", "7644 §3.4.2.2", foundByMember),
      ])
    + ConformanceCheck.table(
      .groups, needing: .groups, .patch,
      rows: [
        ("PATCH adds members", "7644 §3.5.2.1", added),
        ("adding a member twice has them once", "7644 §3.5.2.1", addedTwice),
        ("PATCH removes a member by filter", "7644 §3.5.2.2", removed),
        ("PATCH replaces the members", "7644 §3.5.2.3", membersReplaced),
        ("PATCH removes all members", "7644 §3.5.2.2", emptied),
        ("PATCH without a path renames", "7644 §3.5.2.3", renamed),
      ])

  private struct Made {
    let target: String
    let name: String
    let members: [String]
  }

  private static func body(_ name: String, _ members: [String]) -> JSONValue {
    [
      "schemas": [.string(SCIMNames.group)], "displayName": .string(name),
      "members": values(members),
    ]
  }

  private static func values(_ members: [String]) -> JSONValue {
    .array(members.map { ["value": .string($0)] })
  }

  /// A group with so many fresh people in it.
  private static func make(
    _ probe: ConformanceProbe, members count: Int
  ) async throws(Unmet) -> Made {
    var members: [String] = []
    for _ in 0..<count { members.append(try await probe.newUser().id) }
    let name = probe.freshName("g")
    let made = try await probe.post("/Groups", body(name, members)).answered(201)
    return Made(target: "/Groups/\(try made.id)", name: name, members: members)
  }

  private static func check(
    _ probe: ConformanceProbe, _ target: String, holds wanted: [String]
  ) async throws(Unmet) {
    let group = try await probe.get(target).answered(200)
    let found = group.json["members"]?.array?.compactMap { $0["value"]?.string } ?? []
    try expect(
      found.sorted() == wanted.sorted(),
      "\(found.count) members, not the \(wanted.count) there should be, to \(group.request)")
  }

  private static func created(_ probe: ConformanceProbe) async throws(Unmet) {
    let group = try await make(probe, members: 1)
    let found = try await probe.get(group.target).answered(200)
    try found.shows("displayName", .string(group.name))
    try found.shows("meta/resourceType", "Group")
    try await check(probe, group.target, holds: group.members)
  }

  private static func missingRequired(_ probe: ConformanceProbe) async throws(Unmet) {
    try await probe.post("/Groups", ["schemas": [.string(SCIMNames.group)]])
      .refused(400, as: "invalidValue")
  }

  private static func shownByUser(_ probe: ConformanceProbe) async throws(Unmet) {
    let group = try await make(probe, members: 1)
    let id = String(group.target.dropFirst("/Groups/".count))
    try await probe.get("/Users/\(group.members[0])").answered(200)
      .shows("groups[\(id)]/value", .string(id))
  }

  private static func replaced(_ probe: ConformanceProbe) async throws(Unmet) {
    let group = try await make(probe, members: 2)
    let other = try await probe.newUser().id
    try await probe.put(group.target, body(group.name, [other, group.members[0]])).answered(200)
    try await check(probe, group.target, holds: [other, group.members[0]])
  }

  private static func withoutMembers(_ probe: ConformanceProbe) async throws(Unmet) {
    let group = try await make(probe, members: 1)
    let found = try await probe.get(group.target + "?excludedAttributes=members").answered(200)
    try found.shows("members", nil)
    try found.shows("displayName", .string(group.name))
  }

  private static func deletedMember(_ probe: ConformanceProbe) async throws(Unmet) {
    let group = try await make(probe, members: 2)
    try await probe.delete("/Users/\(group.members[0])").answered(204)
    try await check(probe, group.target, holds: [group.members[1]])
  }

  private static func deleted(_ probe: ConformanceProbe) async throws(Unmet) {
    let group = try await make(probe, members: 1)
    try await probe.delete(group.target).answered(204)
    try await probe.get(group.target).refused(404)
    try await probe.get("/Users/\(group.members[0])").answered(200).shows("groups", nil)
  }

  private static func found(_ probe: ConformanceProbe) async throws(Unmet) {
    let group = try await make(probe, members: 0)
    try await holdsOnly(
      group, try await probe.list("displayName eq \"\(group.name)\"", at: "/Groups"))
  }

  private static func foundByMember(_ probe: ConformanceProbe) async throws(Unmet) {
    let group = try await make(probe, members: 1)
    try await holdsOnly(
      group, try await probe.list("members.value eq \"\(group.members[0])\"", at: "/Groups"))
  }

  private static func holdsOnly(_ group: Made, _ list: ProbeAnswer) async throws(Unmet) {
    try list.isList()
    try expect(
      list.resources.map { "/Groups/" + ($0["id"]?.string ?? "") } == [group.target],
      "found \(list.resources.count) groups, not the one, to \(list.request)")
  }

  private static func added(_ probe: ConformanceProbe) async throws(Unmet) {
    let group = try await make(probe, members: 1)
    let (one, two) = (try await probe.newUser().id, try await probe.newUser().id)
    try await probe.patch(
      group.target, ["op": "add", "path": "members", "value": values([one, two])]
    ).answered(200, 204)
    try await check(probe, group.target, holds: group.members + [one, two])
  }

  private static func addedTwice(_ probe: ConformanceProbe) async throws(Unmet) {
    let group = try await make(probe, members: 1)
    let other = try await probe.newUser().id
    let add: JSONValue = ["op": "add", "path": "members", "value": values([other])]
    try await probe.patch(group.target, add, add).answered(200, 204)
    try await probe.patch(group.target, add).answered(200, 204)
    try await check(probe, group.target, holds: group.members + [other])
  }

  private static func removed(_ probe: ConformanceProbe) async throws(Unmet) {
    let group = try await make(probe, members: 3)
    let path = JSONValue("members[value eq \"\(group.members[1])\"]")
    try await probe.patch(group.target, ["op": "remove", "path": path]).answered(200, 204)
    try await check(probe, group.target, holds: [group.members[0], group.members[2]])
  }

  private static func membersReplaced(_ probe: ConformanceProbe) async throws(Unmet) {
    let group = try await make(probe, members: 2)
    let other = try await probe.newUser().id
    try await probe.patch(
      group.target, ["op": "replace", "path": "members", "value": values([other])]
    ).answered(200, 204)
    try await check(probe, group.target, holds: [other])
  }

  private static func emptied(_ probe: ConformanceProbe) async throws(Unmet) {
    let group = try await make(probe, members: 2)
    try await probe.patch(group.target, ["op": "remove", "path": "members"]).answered(200, 204)
    try await check(probe, group.target, holds: [])
  }

  private static func renamed(_ probe: ConformanceProbe) async throws(Unmet) {
    let group = try await make(probe, members: 1)
    let name = probe.freshName("g")
    try await probe.patch(
      group.target, ["op": "replace", "value": ["displayName": .string(name)]]
    ).answered(200, 204)
    try await probe.get(group.target).answered(200).shows("displayName", .string(name))
    try await check(probe, group.target, holds: group.members)
  }
}
