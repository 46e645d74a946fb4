package import Transport

/// How long and how much of a spool is kept: as the server that runs says, else as one would that
/// was started without any flag.
package struct SpoolKeeping: Sendable, Equatable {
  /// Milliseconds, of hops 1 and 2, and of hops 3 and 4.
  package var spoolKeep = 259_200_000
  package var eventsKeep = 2_592_000_000
  /// Bytes.
  package var limit: UInt64
  package var reserve: UInt64
  /// Why writes are refused; "no" when they are not; nil when nobody serves.
  package var refusing: String?
  /// Keys and webhooks that are held, "wh_…" or "wh_… emp_…".
  package var held: [String] = []
  /// Webhooks whose breaker is open, and when they are looked after next.
  package var probes: [String: Timestamp] = [:]

  /// What holds without a flag on a disk of this size.
  package init(disk: FileSystem.Space) {
    limit = min(4 << 30, disk.total / 4)
    reserve = max(64 << 20, disk.total / 20)
  }

  /// - Parameter status: `data` of `GET /status`.
  package init(disk: FileSystem.Space, status: JSONValue?) {
    self.init(disk: disk)
    guard let status else { return }
    refusing = status["refusingWrites"]?.string ?? "no"
    if let bytes = status["disk"]?["reserveBytes"]?.int { reserve = UInt64(bytes) }
    let keeping = status["keeping"]
    if let bytes = keeping?["maxBytes"]?.int { limit = UInt64(bytes) }
    spoolKeep = keeping?["spoolKeep"]?.int ?? spoolKeep
    eventsKeep = keeping?["eventsKeep"]?.int ?? eventsKeep
    for webhook in status["webhooks"]?.array ?? [] where webhook["breakerOpen"]?.bool == true {
      guard let id = webhook["id"]?.string,
        let next = webhook["nextAttempt"]?.string.flatMap({ Timestamp(parsing: $0) })
      else { continue }
      probes[id] = next
    }
    held = (status["held"]?.array ?? []).compactMap { hold in
      hold["webhook"]?.string.map { id in hold["key"]?.string.map { "\(id) \($0)" } ?? id }
    }
  }

  /// Asks the server that holds the spool; nil when it does not answer.
  static func status(of spool: String) async -> JSONValue? {
    let loop = EventLoop(name: "client")
    defer { loop.stop() }
    let api = APIClient(.owner(spool: spool), http: HTTPClient(loop: loop))
    return try? await api.call("GET", "/status")["data"]
  }
}
