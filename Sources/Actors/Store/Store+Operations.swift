import Transport

/// Commits what the server tells of its own work, as the store alone writes its hop.
extension Store {
  /// Tellings that may wait; more are dropped, as nobody waits for them and each comes again.
  static let tellings = 256

  package func tell(_ told: OperationalEvent) {
    let event = told.event(at: .now, epoch: epoch)
    var data = JSONObject()
    data["application"] = JSONValue(told.applicationId)
    var bytes = data.bytes
    bytes.removeLast()
    bytes += Array(",\"events\":[".utf8) + event.body + Array("]}".utf8)
    let record = SpoolRecord(
      id: event.id, key: event.key, type: OperationalEvent.lineType, data: bytes)
    let log = log
    _ = append(record) { state, seq in
      state.pass(seq: seq)
    } whenDurable: { position in
      log.push(CommittedOutcome(seq: position.seq, requestId: event.id, events: [event]))
    }
    counters.events.add(1)
  }

  /// For whoever cannot wait for the store.
  package nonisolated func tellSoon(_ event: OperationalEvent) { telling.yield(event) }

  func tellAll() async {
    for await event in told { tell(event) }
  }
}
