import Transport

/// What delivery reads from the log: one committed line and the events in it.
package struct CommittedOutcome: Sendable, Equatable {
  package var seq: UInt64
  package var requestId: String
  /// In the order of their sequence: at most four of an employee, more where many members come
  /// and go at once.
  package var events: [CommittedEvent]

  package init(seq: UInt64, requestId: String, events: [CommittedEvent]) {
    self.seq = seq
    self.requestId = requestId
    self.events = events
  }

  /// - Parameter data: the line's `data`: an outcome object as the store writes it.
  package init(seq: UInt64, data: [UInt8]) throws(CommittedOutcomeError) {
    var requestId = ""
    var applicationId = ""
    var events: [Range<Int>] = []
    for member in JSONSlicer.members(of: data) ?? [] {
      switch data[member.name].count {
      case 7 where data[member.name].elementsEqual("request".utf8):
        requestId = Self.string(data, member.value)
      case 11 where data[member.name].elementsEqual("application".utf8):
        applicationId = Self.string(data, member.value)
      case 6 where data[member.name].elementsEqual("events".utf8):
        events = JSONSlicer.elements(of: data.span, in: member.value) ?? []
      default: break
      }
    }
    self.init(seq: seq, requestId: requestId, events: [])
    for range in events {
      self.events.append(
        try CommittedEvent(reading: Array(data[range]), applicationId: applicationId, seq: seq))
    }
  }

  fileprivate static func string(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    guard range.count >= 2 else { return "" }
    return String(decoding: bytes[range.lowerBound + 1..<range.upperBound - 1], as: UTF8.self)
  }
}

/// Why a committed line cannot be delivered.
package enum CommittedOutcomeError: Error, Equatable {
  case eventWithout(member: String, seq: UInt64)
}

extension CommittedEvent {
  /// Reads what routes the event, from the bytes of its object; our own ids need no unescaping.
  package init(
    reading body: [UInt8], applicationId: String, seq: UInt64
  ) throws(CommittedOutcomeError) {
    self.init(
      id: "", type: "", key: "", applicationId: applicationId, consumerId: "", connectionId: "",
      sequence: 0, timestamp: Timestamp(milliseconds: 0), body: body)
    for member in JSONSlicer.members(of: body) ?? [] {
      let value = member.value
      switch String(decoding: body[member.name], as: UTF8.self) {
      case "id": id = CommittedOutcome.string(body, value)
      case "type": type = CommittedOutcome.string(body, value)
      case "timestamp":
        timestamp = Timestamp(parsing: CommittedOutcome.string(body, value)) ?? timestamp
      case "sequence": sequence = UInt64(String(decoding: body[value], as: UTF8.self)) ?? 0
      case "consumerId": consumerId = CommittedOutcome.string(body, value)
      case "connection": connectionId = Self.id(in: body, value)
      case "data": key = Self.id(in: body, value)
      default: break
      }
    }
    if id.isEmpty { throw .eventWithout(member: "id", seq: seq) }
    if type.isEmpty { throw .eventWithout(member: "type", seq: seq) }
    if key.isEmpty { throw .eventWithout(member: "data.id", seq: seq) }
  }

  /// The member `id` of the object at `range`.
  private static func id(in bytes: [UInt8], _ range: Range<Int>) -> String {
    for member in JSONSlicer.members(of: bytes.span, in: range) ?? []
    where bytes[member.name].elementsEqual("id".utf8) {
      return CommittedOutcome.string(bytes, member.value)
    }
    return ""
  }
}
