import Actors
package import Transport

extension SpoolStory {
  /// `--json`: what was found, and of each write the trace that the API shows.
  package func json(all: Bool) -> JSONValue {
    let shown = all ? traces : Array(traces.suffix(1))
    var json = JSONObject()
    if let employee { json["employee"] = .object(employee) }
    if let snapshot {
      json["snapshot"] = ["seq": JSONValue(Int(snapshot.seq)), "data": .object(snapshot.data)]
    }
    json["changes"] = JSONValue(traces.count)
    json["shown"] = .array(shown.map { .object(self.json($0)) })
    json["calls"] = .array((calls?.lines ?? []).compactMap(self.json))
    return .object(json)
  }

  private func json(_ trace: SpoolTrace) -> JSONObject {
    var json = JSONObject()
    json["request"] = JSONValue(trace.request)
    if let line = trace.accepted { json["accepted"] = line.json }
    if let line = trace.mapped { json["mapped"] = line.json }
    if let line = trace.committed { json["committed"] = line.json }
    json["following"] = .array(trace.following.map(\.json))
    json["attempts"] = .array(trace.attempts.map(\.json))
    if let request = self.request(trace) {
      let known = deliveries?.configuration.configuration.connections
      json["trace"] = .object(
        request.json(known?[request.summary.connection]) { event, seq in
          waiting(for: event, at: seq, in: trace)
        })
    }
    return json
  }

  private func request(_ trace: SpoolTrace) -> RequestTrace? {
    guard let line = trace.accepted, let write = AcceptedLine(line) else { return nil }
    let committed = (trace.committed.map { [$0] } ?? []) + trace.following
    var request = RequestTrace(
      summary: RequestSummary(line, write), accepted: line, mapped: trace.mapped,
      committed: committed, attempts: trace.attempts)
    if let decision = trace.committed.flatMap({ RequestDecision($0) }) {
      request.summary.take(decision)
    }
    request.summary.record =
      trace.events.first?["data"]?["id"]?.string
      ?? trace.committed.flatMap { $0.key == line.key ? employee?["id"]?.string : nil }
    return request
  }

  /// A call that no hop tells of, as the API shows it.
  private func json(_ line: RequestLogLine) -> JSONValue? {
    guard let call = line.call else { return nil }
    var summary = RequestSummary(line, call)
    summary.record = nil
    let known = deliveries?.configuration.configuration.connections
    return .object(RequestTrace(summary: summary).json(known?[line.connection]))
  }

  private func waiting(for event: CommittedEvent, at seq: UInt64, in trace: SpoolTrace) -> [String]
  {
    guard let deliveries, !isCut(SpoolHops.attempts) else { return [] }
    let tried = Set(
      trace.attempts.filter { $0.id == event.id }.map { line in
        String(line.key.prefix { $0 != "/" })
      })
    return deliveries.states.values.filter { state in
      deliveries.wants(state.webhook, event) && state.webhook.since < seq
        && !tried.contains(state.webhook.id)
    }.map(\.webhook.id).sorted()
  }
}

extension SpoolLine {
  /// The line without its checksum.
  package var json: JSONValue {
    [
      "seq": JSONValue(Int(clamping: seq)), "b": JSONValue(Int(clamping: based)),
      "ts": JSONValue(timestamp.description), "id": JSONValue(id), "key": JSONValue(key),
      "type": JSONValue(type), "data": (try? JSONValue(parsing: data)) ?? .null,
    ]
  }
}
