import Testing
import Transport

@testable import Actors

/// Renders docs/EVENTS.md: one person's life through the functions the pipeline uses, with ids and
/// times that never change.
struct EventsDocument {
  private let start = Timestamp(milliseconds: 1_795_299_339_201)
  let consumer: Consumer
  let connection: Connection
  private let type: SCIMResourceType

  init() throws {
    consumer = Consumer(
      id: "csm_01KGTDHQ3S8ZC4M6N2R5V7X9YA", applicationId: "app_01KGTDHQ3S8ZC4M6N2R5V7X9YB",
      name: "Acme Inc", externalId: "acme", createdAt: start)
    connection = Connection(
      id: "cnx_01KGTDHQ3S8ZC4M6N2R5V7X9YC", consumerId: consumer.id,
      applicationId: consumer.applicationId, serviceId: "okta-scim", slug: "k3v7q2m9x4tc8w5n",
      createdAt: start)
    type = try #require(SCIMCatalog.builtIn.resourceType(named: "User"))
  }

  func text() throws -> String {
    let events = try life() + groupLife()
    var text = Self.head
    text += "\n## Headers\n\nOf the first event below:\n\n```\n\(headers(events[0]))\n```\n"
    text += Self.afterHeaders
    let test = try JSONValue(
      parsing: Delivery.testBody(
        event: eventId(9), webhookId: webhook.id, at: time(5), requestId: requestId(5)))
    for event in try events + [snapshot(of: events)] + operational() + [test] {
      let name = try #require(event["type"]?.string)
      text += "\n## \(name)\n\n\(Self.remark(name))\n\n```json\n\(event.pretty())\n```\n"
    }
    return text + Self.fieldsHead + EmployeeFieldTable.text
  }
}

// MARK: - One person's life

extension EventsDocument {
  /// An event of each type, in the order in which they could happen.
  private func life() throws -> [JSONValue] {
    let hired = try state(type.create(from: object(Self.hire)), after: nil, hour: 0)
    let moved = try step(from: hired, Self.move, hour: 1)
    let left = try step(from: moved, Self.leave, hour: 2)
    let back = try step(from: left, Self.comeBack, hour: 3)
    var gone = back.employee
    gone.delete(at: time(4))
    let deletion = EmployeeEvents.decide(old: back.employee, new: gone, kind: .deleted)
    return [
      try event(hired, after: nil, of: .employeeCreated, sequence: 1, method: "POST", hour: 0),
      try event(moved, after: hired, of: .employeeUpdated, sequence: 2, method: "PATCH", hour: 1),
      try event(
        left, after: moved, of: .employeeDeactivated, sequence: 4, method: "PATCH", hour: 2),
      try event(
        back, after: left, of: .employeeReactivated, sequence: 6, method: "PATCH", hour: 3),
      try event(
        deletion, of: .employeeDeleted, employee: gone, sequence: 8, method: "DELETE", hour: 4),
      try erasure(of: gone, sequence: 9),
    ]
  }

  private func erasure(of employee: Employee, sequence: UInt64) throws -> JSONValue {
    let body = CommittedEvent.render(
      .init(
        id: eventId(21), type: .employeeErased, timestamp: time(4), sequence: sequence,
        method: "DELETE", requestId: requestId(4)),
      consumer: consumer, connection: connection,
      data: ErasedEmployee.record(of: employee, at: time(4)),
      decision: EventDecision(type: .employeeErased))
    return try JSONValue(parsing: body)
  }

  private struct State {
    var resource: SCIMResource
    var employee: Employee
  }

  private func step(from old: State, _ patch: String, hour: Int) throws -> State {
    let resource = try type.patch(old.resource, id: Self.remoteId, with: try object(patch))
    return try state(resource, after: old, hour: hour)
  }

  private func state(_ resource: SCIMResource, after old: State?, hour: Int) throws -> State {
    let previous = old.map {
      EmployeeMapping.Previous(employee: $0.employee, resource: $0.resource)
    }
    var employee = EmployeeMapping.standard.project(
      resource,
      subject: .init(employeeId: "emp_01KGTDHQ3S8ZC4M6N2R5V7X9YD", remoteId: Self.remoteId),
      connection: connection, previous: previous, now: time(hour))
    if old == nil { employee.resolveManager(as: try manager()) }
    return State(resource: resource, employee: employee)
  }

  private func manager() throws -> Employee {
    EmployeeMapping.standard.project(
      try type.create(from: try object(Self.boss)),
      subject: .init(
        employeeId: "emp_01KGTDHQ3S8ZC4M6N2R5V7X9YE",
        remoteId: "9e2b1c55-0b7e-4a59-8f0e-3f8c3a0f7d11"),
      connection: connection, previous: nil, now: start)
  }

  private func event(
    _ new: State, after old: State?, of type: EventType, sequence: UInt64, method: String, hour: Int
  ) throws -> JSONValue {
    let decisions = EmployeeEvents.decide(
      old: old?.employee, new: new.employee, kind: old == nil ? .created : .changed)
    return try event(
      decisions, of: type, employee: new.employee, sequence: sequence, method: method, hour: hour)
  }

  private func event(
    _ decisions: [EventDecision], of type: EventType, employee: Employee,
    sequence: UInt64, method: String, hour: Int
  ) throws -> JSONValue {
    let decision = try #require(decisions.first { $0.type == type })
    let body = CommittedEvent.render(
      .init(
        id: eventId(sequence), type: type, timestamp: time(hour), sequence: sequence,
        method: method, requestId: requestId(hour)),
      consumer: consumer, connection: connection, data: employee.bytes, decision: decision)
    let value = try JSONValue(parsing: body)
    #expect(value.bytes == body, "what is read back writes the same bytes")
    return value
  }

  /// The employee as the first of these events left it.
  private func snapshot(of events: [JSONValue]) throws -> JSONValue {
    let data = try #require(events.first?["data"])
    let event = CommittedEvent(
      snapshot: eventId(15), at: time(9), epoch: 1, consumer: consumer,
      employee: data["id"]?.string ?? "", data: data.bytes, reason: "overrun")
    let value = try JSONValue(parsing: event.body)
    #expect(value.bytes == event.body)
    return value
  }

  private func operational() throws -> [JSONValue] {
    let told: [OperationalEvent] = [
      .failing(webhook, event: eventId(2), attempts: 4, error: "answered 500"),
      .disabled(webhook, isGone: true, why: DeliveryMachine.DisableReason.gone.words),
      .authenticationFailed(connection, isReplaced: false),
      .lowDisk(of: consumer.applicationId, free: 498_073_600, reserve: 526_385_152),
    ]
    #expect(told.map(\.type) == EventType.operational)
    return try told.enumerated().map { offset, told in
      let event = told.event(eventId(UInt64(16 + offset)), at: time(10 + offset), epoch: 1)
      let value = try JSONValue(parsing: event.body)
      #expect(value.bytes == event.body)
      return value
    }
  }

  private func headers(_ event: JSONValue) -> String {
    let secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    var options = DeliveryOptions()
    options.userAgent = "scim-hris/0.1.0"
    let request = WebhookRequest(
      event: event["id"]?.string ?? "", body: event.bytes, to: webhook, at: time(0),
      signature: WebhookSignature(secrets: [secret]), options: options)
    return request.fields.fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
  }

  private var webhook: Webhook {
    Webhook(
      id: "wh_01KGTDHQ3S8ZC4M6N2R5V7X9YF", applicationId: consumer.applicationId,
      receiver: .url("http://hooks.example.com/hris"), createdAt: start)
  }

  func time(_ hour: Int) -> Timestamp { start.advanced(by: .hours(hour)) }
  func eventId(_ number: UInt64) -> String {
    "evt_01KGTDHQ3S8ZC4M6N2R5V7X9" + (number < 10 ? "E\(number)" : "\(number)")
  }
  func requestId(_ number: Int) -> String { "req_01KGTDHQ3S8ZC4M6N2R5V7X9R\(number)" }
  private func object(_ text: String) throws -> JSONObject {
    try #require(try JSONValue(parsing: text).object)
  }
}

// MARK: - What the identity provider sends

extension EventsDocument {
  private static let remoteId = "2819c223-7f76-453a-919d-413861904646"

  private static let hire = #"""
    {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"externalId":"00u1bjensen2EXAMPLE5",
    "userName":"bjensen@example.com","name":{"givenName":"Barbara","familyName":"Jensen"},
    "displayName":"Barbara Jensen","title":"Engineer","userType":"Employee","locale":"en_US",
    "emails":[{"value":"bjensen@example.com","type":"work","primary":true}],
    "phoneNumbers":[{"value":"+1 415 555 0123","type":"mobile"}],"groups":[],"active":true,
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984",
    "department":"Engineering","manager":{"value":"rdiaz@example.com"}}}
    """#

  private static let boss = #"""
    {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"rdiaz@example.com",
    "name":{"givenName":"Rosa","familyName":"Diaz"},"active":true}
    """#

  private static let move = patch(
    #"""
    {"title":"Staff Engineer",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Research"}}
    """#)
  private static let leave = patch(#"{"active":false}"#)
  private static let comeBack = patch(#"{"active":true}"#)

  private static func patch(_ value: String) -> String {
    #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","#
      + #""value":"# + value + "}]}"
  }
}
