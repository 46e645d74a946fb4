package import Transport

extension CommittedEvent {
  /// An `employee.snapshot`: what an employee is now, instead of what happened to it. It has no
  /// `sequence`, as it is not committed.
  ///
  /// - Parameters:
  ///   - data: the employee as events show it.
  ///   - reason: `overrun` or `requested`.
  package init(
    snapshot id: String, at time: Timestamp, epoch: Int, consumer: Consumer, employee: String,
    data: [UInt8], reason: String
  ) {
    let connection = (try? JSONValue(parsing: data))?["connection"]
    let origin: JSONValue = [
      "unifiedApi": "hris", "serviceId": connection?["serviceId"] ?? .null,
      "id": connection?["connectionId"] ?? .null,
    ]
    var head = JSONObject()
    head["id"] = JSONValue(id)
    head["type"] = JSONValue(EventType.employeeSnapshot.rawValue)
    head["timestamp"] = JSONValue(time.description)
    head["epoch"] = JSONValue(epoch)
    head["consumerId"] = JSONValue(consumer.id)
    head["consumerExternalId"] = consumer.externalId.map { JSONValue($0) } ?? .null
    head["connection"] = origin
    var body = head.bytes
    body.removeLast()
    body.append(contentsOf: ",\"data\":".utf8)
    body.append(contentsOf: data)
    body.append(contentsOf: ",\"changedFields\":[],\"previous\":{},\"cause\":{\"reason\":".utf8)
    JSONValue.writeString(reason, to: &body)
    body.append(contentsOf: "}}".utf8)
    self.init(
      id: id, type: EventType.employeeSnapshot.rawValue, key: employee,
      applicationId: consumer.applicationId, consumerId: consumer.id,
      connectionId: connection?["connectionId"]?.string ?? "", sequence: 0, timestamp: time,
      body: body)
  }
}
