import Testing
import Transport

@testable import Actors

struct EventSampleTests {
  private let webhook = Webhook(
    id: "wh_1", applicationId: "app_1", receiver: .inspector,
    createdAt: Timestamp(milliseconds: 0))

  private func sample(_ type: EventType) throws -> (key: String, event: JSONValue) {
    let made = EventSample(
      type, id: "evt_1", for: webhook, requestId: "req_1", epoch: 2,
      at: Timestamp(milliseconds: 1_767_323_045_678)
    ).event
    return (made.key, try JSONValue(parsing: made.body))
  }

  @Test(arguments: EventType.allCases.filter { $0 != .webhookTest })
  func `there is a sample of every type, and it says that it is one`(type: EventType) throws {
    let (key, event) = try sample(type)
    #expect(event["type"]?.string == type.rawValue && event["test"] == true)
    #expect(event["id"] == "evt_1" && event["epoch"] == 2)
    #expect(event["data"]?["id"]?.string == key)
    if type == .employeeErased {
      #expect(event["data"]?["erased"] == true && event["data"]?["email"] == nil)
    } else if type.rawValue.hasPrefix("employee.") {
      #expect(event["data"]?.object?.members.count == EmployeeField.count)
      #expect(event["data"]?["email"] == "sam.sample@example.com")
      #expect(event["connection"]?["serviceId"] == "okta-scim")
    }
  }

  @Test func `what changed fits the type`() throws {
    let updated = try sample(.employeeUpdated).event
    #expect(updated["changedFields"] == ["jobTitle"])
    #expect(updated["previous"] == ["jobTitle": "Engineer"])
    let left = try sample(.employeeDeactivated).event
    #expect(left["data"]?["active"] == false && left["previous"]?["active"] == true)
    let back = try sample(.employeeReactivated).event
    #expect(back["data"]?["active"] == true && back["previous"]?["active"] == false)
    #expect(try sample(.employeeDeleted).event["data"]?["deleted"] == true)
    let joined = try sample(.groupMemberAdded).event
    #expect(joined["data"]?["members"]?.array?.count == 1)
    #expect(try sample(.groupUpdated).event["changedFields"] == ["name"])
  }
}
