import Actors
package import Transport

/// One write on its way through the hops, as far as it came.
package struct SpoolTrace: Sendable {
  package var request: String
  package var accepted: SpoolLine?
  package var mapped: SpoolLine?
  package var committed: SpoolLine?
  /// Outcomes that follow from it.
  package var following: [SpoolLine] = []
  /// Lines that were made durable together with the committed one.
  package var batch = 0
  package var attempts: [SpoolLine] = []

  package init(request: String) { self.request = request }

  /// The event objects of the outcome.
  var events: [JSONObject] { committed.map(Self.events) ?? [] }

  /// Ids of its events, and of those of what follows.
  var eventIds: [String] {
    (events + following.flatMap(Self.events)).compactMap { $0["id"]?.string }
  }

  private static func events(of line: SpoolLine) -> [JSONObject] {
    (try? JSONValue(parsing: line.data))?["events"]?.array?.compactMap(\.object) ?? []
  }
}

/// Everything a spool says about one person, write, event or attempt.
package struct SpoolStory: Sendable {
  /// A resource as a snapshot has it.
  package struct Snapshot: Sendable {
    /// The line of `3-committed` the snapshot was taken at.
    let seq: UInt64
    let key: String
    /// Its line's `data`.
    let data: JSONObject

    var record: JSONObject? { data["employee"]?.object ?? data["group"]?.object }
  }

  /// Oldest first.
  package var traces: [SpoolTrace]
  let deliveries: SpoolDeliveries?
  var snapshot: Snapshot?
  var keeping: SpoolKeeping?
  /// Calls about the same that no hop tells of.
  var calls: SpoolCalls?
  /// The first number still there, by hop.
  var firsts: [String: UInt64] = [:]

  package init(traces: [SpoolTrace]) {
    self.traces = traces
    deliveries = nil
  }

  init(traces: [SpoolTrace], deliveries: SpoolDeliveries) {
    self.traces = traces
    self.deliveries = deliveries
  }

  /// The employee or group as the newest outcome left it.
  var employee: JSONObject? {
    for trace in traces.reversed() where trace.committed?.type != OperationalEvent.lineType {
      guard let data = trace.committed.flatMap({ try? JSONValue(parsing: $0.data) })
      else { continue }
      if let event = data["events"]?.array?.last { return event["data"]?.object }
      if let employee = data["employee"]?.object { return employee }
    }
    return snapshot?.record
  }

  /// "Acme / okta-scim"; nil for a connection nobody knows.
  func origin(_ connection: String) -> String? {
    deliveries?.configuration.origin(ofConnection: connection)
  }

  func receiver(_ webhook: String) -> String? {
    deliveries?.configuration.receiver(ofWebhook: webhook)
  }

  /// Whether lines of a hop have been deleted, so that what is not found may have been there.
  func isCut(_ hop: String) -> Bool { firsts[hop] ?? 1 > 1 }
}
