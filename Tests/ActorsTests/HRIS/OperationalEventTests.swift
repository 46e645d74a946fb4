import Testing
import Transport

@testable import Actors

@Suite struct OperationalEventTests {
  private let webhook = Webhook(
    id: "wh_1", applicationId: "app_1", receiver: .url("http://hooks.example.com/"),
    createdAt: Timestamp(milliseconds: 0))

  private func filter(_ id: String, _ events: [String]) -> WebhookFilter {
    var other = webhook
    other.id = id
    other.events = events
    other.consumerIds = ["csm_1"]
    other.fields = ["email"]
    return WebhookFilter(other) { Configuration() }
  }

  @Test func `it is read back from its line as it was told`() throws {
    let told = OperationalEvent.failing(webhook, event: "evt_9", attempts: 4, error: "answered 500")
    let event = told.event(at: Timestamp(milliseconds: 5), epoch: 3)
    let read = try CommittedEvent(reading: event.body, applicationId: "app_1", seq: 7)
    #expect(read == event && read.key == "wh_1" && read.sequence == 0)
    let json = try JSONValue(parsing: event.body)
    #expect(json["type"] == "webhook.failing" && json["epoch"] == 3 && json["sequence"] == nil)
    #expect(json["applicationId"] == "app_1" && json["consumerId"] == nil)
    #expect(json["data"]?["error"] == "answered 500" && json["data"]?["attempts"] == 4)
    #expect(json["cause"] == ["reason": "attempts_failed"])
  }

  @Test func `only who names it is told, by name or as a family, and nobody of himself`() {
    let event = OperationalEvent.disabled(webhook, isGone: true, why: "gone").event(
      at: Timestamp(milliseconds: 0), epoch: 1)
    #expect(!filter("wh_2", []).accepts(event))
    #expect(!filter("wh_2", ["employee.*", "webhook.failing"]).accepts(event))
    #expect(filter("wh_2", ["operational.*"]).accepts(event))
    #expect(filter("wh_2", ["webhook.disabled"]).accepts(event))
    #expect(!filter("wh_1", ["operational.*"]).accepts(event))
    #expect(filter("wh_2", ["operational.*"]).body(of: event) == event.body)
  }

  @Test func `what concerns a consumer goes to those who have it`() {
    let connection = Connection(
      id: "cnx_1", consumerId: "csm_2", applicationId: "app_1", serviceId: "okta-scim", slug: "s",
      createdAt: Timestamp(milliseconds: 0))
    let event = OperationalEvent.authenticationFailed(connection, isReplaced: false).event(
      at: Timestamp(milliseconds: 0), epoch: 1)
    #expect(event.key == "cnx_1" && event.consumerId == "csm_2" && event.connectionId == "cnx_1")
    #expect(!filter("wh_2", ["operational.*"]).accepts(event))
  }

  @Test func `every operational type can be named, and the family`() {
    for type in EventType.operational { #expect(EventSubscription.accepts(type.rawValue)) }
    #expect(EventSubscription.accepts("operational.*") && !EventSubscription.accepts("spool.*"))
    #expect(Set(EventType.operational).isSubset(of: EventType.committed))
  }

  @Test func `a refused token is told of once an hour for each connection`() {
    let activity = ConnectionActivity()
    func refused(_ id: String, at time: Timestamp) -> Bool {
      activity.refused(connection: id, why: .wrongToken, at: time) == true
    }
    let start = Timestamp(milliseconds: 1_000_000)
    #expect(refused("cnx_1", at: start))
    #expect(!refused("cnx_1", at: start.advanced(by: .seconds(3599))))
    #expect(refused("cnx_2", at: start))
    #expect(refused("cnx_1", at: start.advanced(by: .seconds(3600))))
    #expect(activity["cnx_1"].refusal?.at == start.advanced(by: .seconds(3600)))
  }
}
