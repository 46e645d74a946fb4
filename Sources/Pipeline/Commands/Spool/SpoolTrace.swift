package import Transport

/// One write on its way through the hops, as far as it came.
package struct SpoolTrace: Sendable {
  package var request: String
  package var accepted: SpoolLine?
  package var mapped: SpoolLine?
  package var committed: SpoolLine?
  /// Lines that were made durable together with the committed one.
  package var batch = 0
  package var attempts: [SpoolLine] = []

  package init(request: String) { self.request = request }

  /// The event objects of the outcome.
  var events: [JSONObject] {
    committed.flatMap { try? JSONValue(parsing: $0.data) }?["events"]?.array?
      .compactMap(\.object) ?? []
  }
}

/// Everything a spool says about one person, write, event or attempt.
package struct SpoolStory: Sendable {
  /// Oldest first.
  package var traces: [SpoolTrace]
  /// Where each webhook delivers to, by id.
  package var receivers: [String: String] = [:]
  /// "Acme / okta-scim", by connection.
  package var origins: [String: String] = [:]

  package init(traces: [SpoolTrace]) { self.traces = traces }

  /// The employee as the newest outcome left it.
  var employee: JSONObject? {
    for trace in traces.reversed() {
      guard let data = trace.committed.flatMap({ try? JSONValue(parsing: $0.data) })
      else { continue }
      if let event = data["events"]?.array?.last { return event["data"]?.object }
      if let employee = data["employee"]?.object { return employee }
    }
    return nil
  }
}
