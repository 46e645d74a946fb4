import Testing
import Transport

@testable import Pipeline

/// A whole directory is read page by page while people come, change and go.
@Suite(.timeLimit(.minutes(20)))
struct PaginationTests {
  /// SCIM_HRIS_TEST_EMPLOYEES asks for more.
  private static let people = max(
    200, Int(ProcessEnvironment.variables["SCIM_HRIS_TEST_EMPLOYEES"] ?? "") ?? 1200)
  private static let pageSize = 100
  /// One in so many changes, comes or goes during the walk.
  private static let share = 10
  private static let writers = 16

  @Test func `nobody is skipped and nobody comes twice`() async throws {
    let server = try await TestServer.started()
    let ids = try await Self.fill(server)
    let api = try await server.api(consumer: try server.made.consumerId)
    let okta = try server.okta()
    var seen: [String: Int] = [:]
    var (cursor, pages, writes): (String?, Int, Int) = (nil, 0, 0)
    let each = Self.pageSize / Self.share
    repeat {
      let path = "/hris/employees?limit=\(Self.pageSize)" + (cursor.map { "&cursor=\($0)" } ?? "")
      async let page = api.get(path)
      if writes < Self.people / Self.share {
        try await Self.churn(writes..<writes + each, of: ids, okta)
        writes += each
      }
      let answer = try await page
      #expect(answer.status == 200)
      for employee in answer["data"]?.array ?? [] {
        seen[employee["username"]?.string ?? "", default: 0] += 1
      }
      cursor = answer["meta"]?["next"]?.string
      pages += 1
    } while cursor != nil
    #expect(seen.values.allSatisfy { $0 == 1 }, "somebody came twice")
    let gone = Set((0..<writes).filter { $0 % 3 == 1 }.map { Self.target($0) })
    let missing = (0..<Self.people).filter { !gone.contains($0) && seen[Self.name($0)] == nil }
    #expect(missing.isEmpty, "somebody was skipped")
    #expect(pages >= Self.people / Self.pageSize && writes > 0)
    // Only those who came while the last page was read may be missing.
    let arrivals = (0..<writes).filter { $0 % 3 == 2 }.map { Self.name(Self.people + $0) }
    #expect(arrivals.filter { seen[$0] == nil }.count <= each)
    try await Self.checkTombstones(of: gone.count, api)
  }

  /// Who keeps a copy hears of those who went, and may say that he does not want to.
  private static func checkTombstones(of count: Int, _ api: TestClient) async throws {
    let path = "/hris/employees?limit=1000&updatedAfter=2020-01-01T00:00:00Z"
    var (deleted, live, cursor): (Int, Int, String?) = (0, 0, nil)
    repeat {
      let answer = try await api.get(path + (cursor.map { "&cursor=\($0)" } ?? ""))
      for employee in answer["data"]?.array ?? [] {
        if employee["deleted"] == true { deleted += 1 } else { live += 1 }
      }
      cursor = answer["meta"]?["next"]?.string
    } while cursor != nil
    #expect(deleted == count && live > 0)
    let refused = try await api.get(path + "&includeDeleted=false")
    #expect(refused["data"]?.array?.contains { $0["deleted"] == true } == false)
  }

  /// - Returns: SCIM ids.
  private static func fill(_ server: TestServer) async throws -> [String] {
    let okta = try server.okta()
    let numbers = Cursor(end: people)
    return try await withThrowingTaskGroup(of: [(Int, String)].self) { group in
      for _ in 0..<writers {
        group.addTask {
          var made: [(Int, String)] = []
          while let number = numbers.take() {
            let answer = try await okta.post("/Users", OktaUser(name(number)).creation)
            made.append((number, try #require(answer["id"]?.string)))
          }
          return made
        }
      }
      var ids = [String](repeating: "", count: people)
      for try await some in group { for (number, id) in some { ids[number] = id } }
      return ids
    }
  }

  /// In turn one changes, one goes, one comes.
  private static func churn(
    _ numbers: Range<Int>, of ids: [String], _ okta: TestClient
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in numbers {
        group.addTask {
          let path = "/Users/\(ids[target(number)])"
          let status: Int
          switch number % 3 {
          case 0:
            let change: JSONValue = [
              "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
              "Operations": [["op": "replace", "path": "title", "value": "New"]],
            ]
            status = try await okta.send("PATCH", path, bytes: change.bytes).status
          case 1: status = try await okta.delete(path).status
          default:
            let user = OktaUser(name(people + number)).creation
            status = try await okta.post("/Users", user).status
          }
          #expect((200..<300).contains(status))
        }
      }
      try await group.waitForAll()
    }
  }

  /// Spread over the directory, each once.
  private static func target(_ number: Int) -> Int { number * 7919 % people }

  private static func name(_ number: Int) -> String { "p\(number)@example.com" }
}
