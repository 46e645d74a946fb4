import Actors
import Testing
import Transport

@testable import Pipeline

struct APIEmployeesTests {
  private let harness = APIHarness()

  private func fill(_ count: Int, _ tenant: Tenant) {
    for number in 1...count {
      harness.backend.add(
        "emp_\(100 + number)", consumer: tenant.consumers[0], connection: "cnx_1",
        status: number.isMultiple(of: 2) ? "inactive" : "active", deleted: number == 1)
    }
  }

  @Test func `an employee comes as stored, every field of it`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    fill(1, tenant)
    let answer = await harness.send(
      "GET", "/api/hris/employees/emp_101", token: tenant.consumerTokens[0])
    #expect(answer.status == 200)
    #expect(answer.data.object?.members.map(\.name) == EmployeeField.allCases.map(\.name))
    #expect(answer.data["deleted"] == true)
  }

  @Test func `pages follow each other and the cursor grants nothing`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    fill(6, tenant)
    let first = await harness.send(
      "GET", "/api/hris/employees?limit=2", token: tenant.consumerTokens[0])
    #expect(first.ids == ["emp_102", "emp_103"])
    #expect(first.json["meta"]?["current"] == .null)
    let cursor = try #require(first.json["meta"]?["next"]?.string)
    let path = "/api/hris/employees?limit=5&cursor=\(cursor)"
    let second = await harness.send("GET", path, token: tenant.consumerTokens[0])
    #expect(second.ids == ["emp_104", "emp_105", "emp_106"])
    #expect(second.json["meta"]?["current"]?.string == cursor)
    #expect(second.json["meta"]?["next"] == .null)
    #expect(await harness.send("GET", path, token: tenant.consumerTokens[1]).ids == [])
  }

  @Test func `filters reach the store`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    fill(4, tenant)
    let token = tenant.consumerTokens[0]
    let inactive = await harness.send("GET", "/hris/employees?status=inactive", token: token)
    #expect(inactive.ids == ["emp_102", "emp_104"])
    let all = await harness.send("GET", "/hris/employees?includeDeleted=true", token: token)
    #expect(all.ids.count == 4)
  }

  @Test(arguments: [
    "status=gone", "includeDeleted=1", "updatedAfter=yesterday", "deparment=Sales",
  ])
  func `a filter that cannot be meant is refused`(query: String) async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await harness.send(
      "GET", "/api/hris/employees?\(query)", token: tenant.consumerTokens[0])
    #expect(answer.status == 400)
  }

  @Test func `with several connections the header picks one and its absence is refused`()
    async throws
  {
    let tenant = try await Tenant("Acme", in: harness)
    let token = tenant.consumerTokens[0]
    let made = await harness.send("POST", "/api/connections/hris/scim", token: token)
    let connection = try #require(made.data["id"]?.string)
    harness.backend.add("emp_1", consumer: tenant.consumers[0], connection: connection)
    harness.backend.add("emp_2", consumer: tenant.consumers[0], connection: "cnx_removed")
    let both = await harness.send("GET", "/api/hris/employees", token: token)
    #expect(both.ids == ["emp_1", "emp_2"])
    _ = await harness.send("POST", "/api/connections/hris/okta-scim", token: token)
    let asked = await harness.send("GET", "/api/hris/employees", token: token)
    #expect(asked.status == 400)
    #expect(asked.detail.contains("scim, okta-scim"))
    let picked = await harness.send(
      "GET", "/api/hris/employees", token: token, fields: ["x-uapi-service-id": "scim"])
    #expect(picked.ids == ["emp_1"])
    let wrong = await harness.send(
      "GET", "/api/hris/employees", token: token, fields: ["x-uapi-service-id": "entra-scim"])
    #expect(wrong.status == 400)
  }
}
