import TestSupport
import Testing
import Transport

@testable import Pipeline

/// Every inbound call, listed and traced by the real program, also after it was killed.
@Suite(.timeLimit(.minutes(5)))
struct RequestsTests {
  private func rows(_ answer: TestAnswer) -> [String] {
    (answer.json["data"]?.array ?? []).map { row in
      "\(row["method"]?.string ?? "") \(row["status"]?.int ?? 0) \(row["outcome"]?.string ?? "-")"
    }
  }

  @Test func `writes, reads and refusals are there, and are traced to the delivery`() async throws {
    let receiver = try await WebhookReceiver.started { _ in 200 }
    let server = try await TestServer.started()
    let (webhook, _) = try await server.addWebhook(receiver.url)
    let okta = try server.okta()
    _ = try await okta.get("/Users?filter=userName%20eq%20%22ann%40example.com%22")
    let made = try await okta.post("/Users", OktaUser("ann@example.com").creation)
    let user = try #require(made["id"]?.string)
    #expect(try await okta.get("/Users/\(user)").status == 200)
    let wrong = okta.with("Authorization", "scimtok_WRONGwrongWRONGwrong")
    #expect(try await wrong.get("/Users/\(user)").status == 401)
    #expect(try await okta.post("/Users", OktaUser("ann@example.com").creation).status == 409)
    #expect(try await okta.get("/Users/nobody").status == 404)
    let huge = OktaUser(String(repeating: "x", count: 70_000)).creation
    #expect(try await okta.post("/Users", huge).status == 413)
    #expect(await receiver.accepted(1).count == 1)

    let api = try await server.api()
    let wanted = [
      "POST 413 refused", "GET 404 refused", "POST 409 refused", "GET 401 refused", "GET 200 read",
      "POST 201 applied", "GET 200 read",
    ]
    #expect(rows(try await api.get("/requests")) == wanted)
    let named = rows(try await api.get("/requests?q=ann%40example.com"))
    #expect(named == wanted.filter { !$0.contains("413") && !$0.contains("404") })
    let applied = try await api.get("/requests?outcome=applied")
    let row = try #require(applied.json["data"]?.array?.first)
    let (id, employee) = (row["id"]?.string ?? "", row["recordId"]?.string ?? "")
    #expect(id == made.fields["X-Request-Id"] && employee.hasPrefix("emp_"))
    #expect(rows(try await api.get("/requests?employeeId=\(employee)")).count == 3)

    #expect(
      await eventually {
        let trace = try? await api.get("/requests/\(id)").json["data"]
        let event = trace?["events"]?.array?.first
        return event?["type"] == "employee.created"
          && event?["deliveries"]?.array?.contains {
            $0["webhookId"]?.string == webhook && $0["result"] == "delivered"
          } == true
          && trace?["body"]?["userName"] == "ann@example.com"
          && trace?["accepted"]?["seq"] == 1 && trace?["changedFields"]?.array != nil
      })
    let before = try await api.get("/requests").json["data"]
    await server.kill9()
    try await server.start()
    let after = try await server.api().get("/requests").json["data"]
    #expect(before == after)
    let explained = try await runProgram([
      "spool", "explain", id, "--json", "--spool", server.spool,
    ])
    let shown = try JSONValue(parsing: explained.output)["shown"]?.array?.first
    #expect(shown?["trace"]?["id"]?.string == id)
    #expect(shown?["trace"]?["recordId"]?.string == employee)
    let listed = try await runProgram(["spool", "ls", "--spool", server.spool])
    #expect(listed.output.contains("\nrequests"))
  }
}
