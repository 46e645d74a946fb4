import Transport

/// Reads a snapshot's row of employees from front to back, as a queue reads the log.
///
/// Its lines are counted from 1. Only the store knows who stands where, and only from one employee
/// to the next; so after a restart it walks from the front once more.
struct EmployeeWalk: Sendable {
  /// Employees asked for at once.
  static let stretch = 256

  private let plan: DeliveryRun.Plan
  private var share = 0
  /// Employees of that share that were passed.
  private var seen = 0
  private var last: String?
  /// The line of the next employee.
  private(set) var next: UInt64 = 1

  init(_ plan: DeliveryRun.Plan) { self.plan = plan }

  var id: String { plan.id }

  /// The next stretch, or a part of it; empty only at the end.
  mutating func step(
    _ ids: @Sendable (_ consumerId: String, _ after: String?, _ count: Int) async -> [String]
  ) async -> [(CommittedEvent, DeliveryQueue.Position)] {
    while share < plan.consumers.count {
      let (consumer, count) = (plan.consumers[share].id, plan.consumers[share].count)
      let wanted = min(Self.stretch, count - seen)
      let found = wanted > 0 ? await ids(consumer, last, wanted) : []
      if found.isEmpty {
        next += UInt64(count - seen)
        (share, seen, last) = (share + 1, 0, nil)
        continue
      }
      defer {
        seen += found.count
        last = found.last
        next += UInt64(found.count)
      }
      return found.enumerated().map { offset, employee in
        (
          event(of: employee, consumer),
          DeliveryQueue.Position(seq: next + UInt64(offset), index: share)
        )
      }
    }
    return []
  }

  /// Without its body, which is made when its turn comes.
  private func event(of employee: String, _ consumer: String) -> CommittedEvent {
    CommittedEvent(
      id: plan.eventId(of: employee), type: EventType.employeeSnapshot.rawValue, key: employee,
      applicationId: "", consumerId: consumer, connectionId: "", sequence: 0,
      timestamp: .distantPast, body: [])
  }
}

extension DeliveryRun.Plan {
  /// The id of the event that tells of one employee: the same at every attempt and after a
  /// restart, because it is made of the snapshot's id and the employee's.
  func eventId(of employee: String) -> String {
    let digest = SHA256.hash(Array("\(id)/\(employee)".utf8))
    let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    let time = id.utf8.dropFirst(4).prefix(10)  // of the snapshot's own ULID
    let rest = digest.prefix(16).map { alphabet[Int($0 & 31)] }
    return "evt_" + String(decoding: Array(time) + rest, as: UTF8.self)
  }
}
