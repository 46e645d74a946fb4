/// Where a kept connection leads; a host of its own each, since one address may serve many names.
struct HTTPClientPoolKey: Hashable, Sendable {
  let address: SocketAddress
  let host: String
  var isSecure = false
}

/// The idle connections of a client, newest first, bounded in number and age. Pure bookkeeping.
struct HTTPClientPool: Sendable {
  private struct Idle: Sendable {
    let socket: Socket
    let since: Deadline
  }

  let maxIdle: Int
  let maxIdlePerKey: Int
  let maxAge: Duration
  private var idle: [HTTPClientPoolKey: [Idle]] = [:]
  private(set) var count = 0
  var sweepIsPlanned = false

  init(maxIdle: Int, maxIdlePerKey: Int, maxAge: Duration) {
    self.maxIdle = maxIdle
    self.maxIdlePerKey = maxIdlePerKey
    self.maxAge = maxAge
  }

  mutating func take(_ key: HTTPClientPoolKey) -> Socket? {
    guard let found = idle[key]?.popLast() else { return nil }
    if idle[key]?.isEmpty == true { idle[key] = nil }
    count -= 1
    return found.socket
  }

  /// False when there is no room: the caller closes it.
  mutating func put(_ socket: Socket, _ key: HTTPClientPoolKey, at now: Deadline) -> Bool {
    guard count < maxIdle, (idle[key]?.count ?? 0) < maxIdlePerKey else { return false }
    idle[key, default: []].append(Idle(socket: socket, since: now))
    count += 1
    return true
  }

  mutating func remove(_ socket: Socket, _ key: HTTPClientPoolKey) {
    guard let index = idle[key]?.firstIndex(where: { $0.socket === socket }) else { return }
    idle[key]?.remove(at: index)
    if idle[key]?.isEmpty == true { idle[key] = nil }
    count -= 1
  }

  /// Takes out what has been idle for too long, or everything.
  mutating func takeExpired(at now: Deadline, everything: Bool = false) -> [Socket] {
    var expired: [Socket] = []
    for (key, entries) in idle {
      let kept = entries.filter { !everything && $0.since.advanced(by: maxAge) > now }
      guard kept.count < entries.count else { continue }
      expired += entries.filter { entry in !kept.contains { $0.socket === entry.socket } }
        .map(\.socket)
      idle[key] = kept.isEmpty ? nil : kept
    }
    count -= expired.count
    return expired
  }
}
