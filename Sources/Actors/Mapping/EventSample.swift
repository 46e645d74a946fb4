import Transport

/// An event of any type about somebody who does not exist, so that a receiver can be built before
/// anything happens: made by the functions that make real ones, and marked `test: true`.
struct EventSample {
  /// Ids nobody has.
  private static let employeeId = "emp_00000000000000000000000000"
  private static let groupId = "grp_00000000000000000000000000"
  private static let remoteId = "00000000-0000-4000-8000-000000000000"

  private let type: EventType
  private let id: String
  private let webhook: Webhook
  private let requestId: String
  private let epoch: Int
  private let now: Timestamp
  private let consumer: Consumer
  private let connection: Connection

  init(
    _ type: EventType, id: String, for webhook: Webhook, requestId: String, epoch: Int,
    at now: Timestamp
  ) {
    (self.type, self.id, self.webhook) = (type, id, webhook)
    (self.requestId, self.epoch, self.now) = (requestId, epoch, now)
    consumer = Consumer(
      id: "csm_00000000000000000000000000", applicationId: webhook.applicationId,
      name: "Sample Inc", externalId: "sample", createdAt: now)
    connection = Connection(
      id: "cnx_00000000000000000000000000", consumerId: consumer.id,
      applicationId: webhook.applicationId, serviceId: "okta-scim", slug: "0000000000000000",
      createdAt: now)
  }

  /// What the event is about, and its bytes.
  var event: (key: String, body: [UInt8]) {
    let (key, body) = unmarked
    return (key, Array(body.dropLast()) + Array(#","test":true}"#.utf8))
  }

  private var unmarked: (key: String, body: [UInt8]) {
    switch type {
    case .employeeCreated, .employeeUpdated, .employeeDeleted, .employeeDeactivated,
      .employeeReactivated:
      (Self.employeeId, ofEmployee)
    case .employeeErased:
      (
        Self.employeeId,
        render(
          [EventDecision(type: .employeeErased)], ErasedEmployee.record(of: person(), at: now))
      )
    case .employeeSnapshot:
      (
        Self.employeeId,
        CommittedEvent(
          snapshot: id, at: now, epoch: epoch, consumer: consumer, employee: Self.employeeId,
          data: person().bytes, reason: "requested"
        ).body
      )
    case .groupCreated, .groupUpdated, .groupDeleted, .groupMemberAdded, .groupMemberRemoved:
      (Self.groupId, ofGroup)
    case .webhookFailing, .webhookDisabled, .connectionAuthFailed, .spoolLowDisk, .webhookTest:
      (ofServer.key, ofServer.body)
    }
  }
}

// MARK: - Employees

extension EventSample {
  private var ofEmployee: [UInt8] {
    var (old, new) = (person(), person())
    switch type {
    case .employeeUpdated: old[.jobTitle] = "Engineer"
    case .employeeDeactivated: new = person(isActive: false)
    case .employeeReactivated: old = person(isActive: false)
    case .employeeDeleted: new.delete(at: now)
    default: break
    }
    if type != .employeeCreated { new[.revision] = JSONValue(old.revision + 1) }
    let decisions = EmployeeEvents.decide(
      old: type == .employeeCreated ? nil : old, new: new,
      kind: type == .employeeCreated ? .created : type == .employeeDeleted ? .deleted : .changed)
    return render(decisions, new.bytes)
  }

  private func person(isActive: Bool = true) -> Employee {
    guard let resource = Self.resource(isActive: isActive) else { return Employee() }
    return EmployeeMapping.standard.project(
      resource, subject: .init(employeeId: Self.employeeId, remoteId: Self.remoteId),
      connection: connection, previous: nil, now: now)
  }

  private static func resource(isActive: Bool) -> SCIMResource? {
    guard let type = SCIMCatalog.builtIn.resourceType(named: "User"),
      var body = (try? JSONValue(parsing: push))?.object
    else { return nil }
    body["active"] = JSONValue(isActive)
    return try? type.create(from: body)
  }

  private static let push = #"""
    {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"externalId":"00usample",
    "userName":"sam.sample@example.com","name":{"givenName":"Sam","familyName":"Sample"},
    "displayName":"Sam Sample","title":"Staff Engineer","userType":"Employee","locale":"en_US",
    "emails":[{"value":"sam.sample@example.com","type":"work","primary":true}],
    "phoneNumbers":[{"value":"+1 415 555 0100","type":"mobile"}],"active":true,
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"100001",
    "department":"Engineering","manager":{"value":"rosa.sample@example.com"}}}
    """#
}

// MARK: - Groups, and the server itself

extension EventSample {
  private var ofGroup: [UInt8] {
    let old = Group(
      id: Self.groupId, remoteId: Self.remoteId, externalId: nil, name: "Sample group",
      createdAt: now, connection: connection)
    var new = old
    let person = ComingMembers.Person(
      recordId: Self.employeeId, remoteId: Self.remoteId, isGroup: false)
    let decisions: [EventDecision]
    switch type {
    case .groupUpdated:
      new.name = "Sample group, renamed"
      new.revise(at: now)
      decisions = GroupEvents.decide(old: old, new: new)
    case .groupDeleted:
      new.delete(at: now)
      decisions = [EventDecision(type: .groupDeleted)]
    case .groupMemberAdded:
      decisions = ComingMembers(CommittedMembers(), added: [person], removed: [])
        .events(of: new.bytes)
    case .groupMemberRemoved:
      decisions = ComingMembers(CommittedMembers(), added: [], removed: [person])
        .events(of: new.bytes)
    default: decisions = GroupEvents.decide(old: nil, new: new)
    }
    return render(decisions, new.bytes)
  }

  /// The envelope of what is nobody's.
  private var ofServer: CommittedEvent {
    let told: OperationalEvent =
      switch type {
      case .webhookDisabled:
        .disabled(webhook, isGone: true, why: DeliveryMachine.DisableReason.gone.words)
      case .connectionAuthFailed: .authenticationFailed(connection, isReplaced: false)
      case .spoolLowDisk:
        .lowDisk(of: webhook.applicationId, free: 60 << 20, reserve: 64 << 20)
      default: .failing(webhook, event: id, attempts: 4, error: "answered 500")
      }
    return told.event(id, at: now, epoch: epoch)
  }

  private func render(_ decisions: [EventDecision], _ data: [UInt8]) -> [UInt8] {
    let decision = decisions.first { $0.type == type } ?? EventDecision(type: type)
    return CommittedEvent.render(
      .init(
        id: id, type: type, timestamp: now, sequence: 0, epoch: epoch, method: "POST",
        requestId: requestId),
      consumer: consumer, connection: connection, data: data, decision: decision)
  }
}
