import Transport

/// The committed log as others may have it: somebody who is erased is left in it with ids only, in
/// the events of others, too, whose manager or fellow member the person was. An event that names
/// nobody who is erased has the bytes that were committed.
package struct LogWithoutErased: CommittedLog {
  private let log: any CommittedLog
  private let isAnybody: @Sendable () -> Bool
  private let isErased: @Sendable (_ employee: String) -> Bool

  /// - Parameter isAnybody: whether there may be lines of somebody who is erased at all.
  package init(
    _ log: any CommittedLog, isAnybody: @escaping @Sendable () -> Bool,
    isErased: @escaping @Sendable (_ employee: String) -> Bool
  ) {
    (self.log, self.isAnybody, self.isErased) = (log, isAnybody, isErased)
  }

  package var durableSeq: UInt64 { log.durableSeq }

  package func doorbell() -> AsyncStream<UInt64> { log.doorbell() }

  package func outcomes(
    from seq: UInt64, limit: Int
  ) async throws -> (outcomes: [CommittedOutcome], next: UInt64) {
    var (outcomes, next) = try await log.outcomes(from: seq, limit: limit)
    guard isAnybody() else { return (outcomes, next) }
    for place in outcomes.indices {
      for index in outcomes[place].events.indices {
        // The person's own are not shown at all; who reads decides how that is said.
        guard !isErased(outcomes[place].events[index].key),
          let body = without(outcomes[place].events[index].body)
        else { continue }
        outcomes[place].events[index].body = body
      }
    }
    return (outcomes, next)
  }

  /// - Returns: nil where nobody who is erased is named.
  private func without(_ body: [UInt8]) -> [UInt8]? {
    guard EmployeeIds(in: body).all.contains(where: isErased),
      case .object(var event)? = try? JSONValue(parsing: body)
    else { return nil }
    for name in ["data", "previous"] {
      guard case .object(var record)? = event[name] else { continue }
      for index in record.members.indices {
        record.members[index].value = forgotten(record.members[index].value)
      }
      event[name] = .object(record)
    }
    return event.bytes
  }

  /// A manager or a member, or the list of them.
  private func forgotten(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let values): return .array(values.map(forgotten))
    case .object(var person):
      guard let id = person["id"]?.string, isErased(id) else { return value }
      for index in person.members.indices
      where !Self.kept.contains(person.members[index].name) {
        person.members[index].value = .null
      }
      return .object(person)
    default: return value
    }
  }

  private static let kept: Set<String> = ["id", "remoteId", "type", "resolved"]
}
