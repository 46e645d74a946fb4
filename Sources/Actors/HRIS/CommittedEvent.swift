package import Transport

/// One event as it was committed: the bytes that are signed, sent and served, and what routes them.
package struct CommittedEvent: Sendable, Equatable {
  package var id: String
  package var type: String
  /// The employee (or group) it is about; one receiver gets one key's events in order.
  package var key: String
  /// Empty when the line does not name it: then the consumer's application is meant.
  package var applicationId: String
  package var consumerId: String
  package var connectionId: String
  /// Counts every event of the connection from 1.
  package var sequence: UInt64
  package var timestamp: Timestamp
  /// One JSON object; never re-serialised.
  package var body: [UInt8]
}

extension CommittedEvent {
  /// A line that does not name the application means the consumer's.
  package func belongs(
    to application: String, in configuration: @autoclosure () -> Configuration
  ) -> Bool {
    if !applicationId.isEmpty { return applicationId == application }
    return configuration().consumers[consumerId]?.applicationId == application
  }

  /// What stands around the record in an event.
  package struct Envelope: Sendable {
    package var id: String
    package var type: EventType
    package var timestamp: Timestamp
    package var sequence: UInt64
    /// Rises when a backup is restored.
    package var epoch: Int
    /// Empty when no request asked for it itself.
    package var method: String
    package var requestId: String

    package init(
      id: String, type: EventType, timestamp: Timestamp, sequence: UInt64, epoch: Int = 1,
      method: String, requestId: String
    ) {
      self.id = id
      self.type = type
      self.timestamp = timestamp
      self.sequence = sequence
      self.epoch = epoch
      self.method = method
      self.requestId = requestId
    }
  }

  /// The event object's bytes.
  /// - Parameter data: the record as events show it, unless the decision has its own.
  package static func render(
    _ envelope: Envelope, consumer: Consumer, connection: Connection, data: [UInt8],
    decision: EventDecision
  ) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(data.count + 640)
    out.append(text: "{\"id\":", string: envelope.id)
    out.append(text: ",\"type\":", string: envelope.type.rawValue)
    out.append(text: ",\"timestamp\":\"")
    envelope.timestamp.write(to: &out)
    out.append(text: "\",\"sequence\":")
    JSONValue.writeInteger(envelope.sequence, to: &out)
    out.append(text: ",\"epoch\":")
    JSONValue.writeInteger(envelope.epoch, to: &out)
    out.append(text: ",\"consumerId\":", string: consumer.id)
    out.append(text: ",\"consumerExternalId\":")
    (consumer.externalId.map { JSONValue($0) } ?? .null).write(to: &out)
    out.append(text: ",\"connection\":{\"unifiedApi\":\"hris\",\"serviceId\":")
    out.append(text: "", string: connection.serviceId)
    out.append(text: ",\"id\":", string: connection.id)
    out.append(text: "},\"data\":")
    out.append(contentsOf: decision.data ?? data)
    out.append(text: ",\"changedFields\":[")
    for (index, field) in decision.changedFields.enumerated() {
      out.append(text: index == 0 ? "" : ",", string: field)
    }
    out.append(text: "],\"previous\":")
    decision.previous.write(to: &out)
    out.append(text: ",\"cause\":{")
    if !envelope.method.isEmpty {
      out.append(text: "\"method\":", string: envelope.method)
      out.append(text: ",")
    }
    out.append(text: "\"requestId\":", string: envelope.requestId)
    if let reason = decision.reason { out.append(text: ",\"reason\":", string: reason) }
    out.append(text: "}}")
    return out
  }
}

extension [UInt8] {
  /// Appends text that is JSON already, then a string that becomes JSON.
  fileprivate mutating func append(text: String, string: String? = nil) {
    append(contentsOf: text.utf8)
    if let string { JSONValue.writeString(string, to: &self) }
  }
}
