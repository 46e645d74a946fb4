import Testing
import Transport

/// What stories about groups are told with.
struct GroupStory {
  let client: TestClient
  let id: String
  /// The ids of people whom the connection knows, none of them a member yet.
  let people: [String]

  /// A connection with an empty group "Crew" and that many people.
  static func begin(_ provider: Provider, people count: Int = 3) async throws -> GroupStory {
    let client = try await ConformanceServer.connect(provider)
    var people: [String] = []
    for number in 0..<count {
      people.append(
        try await client.post("/Users", OktaUser("crew\(number)@example.com").creation).id)
    }
    let made = try await client.post("/Groups", group("Crew"))
    #expect(made.status == 201 && made["displayName"] == "Crew", "\(made)")
    return GroupStory(client: client, id: try made.id, people: people)
  }

  static func group(_ name: String, members: [JSONValue] = []) -> JSONValue {
    [
      "schemas": [JSONValue(SCIM.group)], "displayName": JSONValue(name),
      "members": .array(members),
    ]
  }

  /// A member as most providers name one.
  func member(_ number: Int) -> JSONValue { ["value": JSONValue(people[number])] }

  /// Sends operations that must be applied, and reads who belongs to the group then.
  func patch(_ operations: JSONValue..., query: String = "") async throws -> Set<String> {
    let answer = try await client.patch(
      "/Groups/\(id)\(query)", SCIM.patch(operations: operations))
    #expect(answer.status == 204 && answer.body.isEmpty, "\(operations): \(answer)")
    return try await members()
  }

  func members() async throws -> Set<String> {
    let answer = try await client.get("/Groups/\(id)")
    #expect(answer.status == 200)
    let values = answer["members"]?.array?.compactMap { $0["value"]?.string } ?? []
    #expect(Set(values).count == values.count, "nobody belongs twice")
    return Set(values)
  }
}
