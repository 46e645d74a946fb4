import Testing
import Transport

@testable import Actors

struct JoinsTests {
  @Test func `who shows a group waits for the group's newest name`() async throws {
    try await GroupsTests.run { pipeline in
      let user = try await GroupsTests.user("a@example.com", pipeline).id
      let group = await pipeline.send(
        "POST", "/Groups", GroupsTests.group("Ice", members: [user]))
      let rename: JSONValue = [
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [["op": "replace", "path": "displayName", "value": "Snow"]],
      ]
      let id = group.json["id"]?.string ?? ""
      _ = await pipeline.send("PATCH", "/Groups/\(id)", rename)
      try await GroupsTests.settled(pipeline)
      let (listed, joins, renamed) = pipeline.store.read { state in
        let scope = EmployeeScope(consumer: "csm_1")
        let listed = state.listedEmployees(in: scope, from: 0, count: 9).employees
        let key = ResourceKey(connection: "cnx_1", type: "Groups", id: id)
        return (
          listed, state.joins(of: listed, managers: []),
          state.place(key).map { state.rows[$0].lastSeq }
        )
      }
      #expect(joins.groups.first?.map(\.name) == ["Snow"])
      #expect(joins.shown == renamed && (listed.first?.lastSeq ?? 0) < joins.shown)
    }
  }
}
