import Glibc
import Transport

/// Applications that read the whole directory page by page, again and again, at the least cost: they
/// share the CPUs they measure.
struct EmployeeReaders: Sendable {
  /// A page and its head; a page ends before a MiB.
  private static let bufferSize = 2 << 20
  private static let patience: Duration = .seconds(60)

  let loop: EventLoop
  let address: SocketAddress
  let authority: String
  let token: Secret
  /// How many there are to be found.
  let users: Int
  let page: Int

  struct Result: Sendable {
    /// Of pages.
    var latency = LatencyHistogram()
    var employees = 0
    /// Pages refused, and passes that did not show everybody.
    var failed = 0
    var reason: String?
    var elapsed: Duration = .zero

    var employeesPerSecond: Double { Double(employees) / max(1e-9, elapsed / .seconds(1)) }

    mutating func add(_ other: Result) {
      latency.add(other.latency)
      employees += other.employees
      failed += other.failed
      reason = reason ?? other.reason
    }

    mutating func fail(_ why: String) {
      failed += 1
      reason = reason ?? why
    }
  }

  func run(connections: Int, for limit: Duration) async -> Result {
    let start = ContinuousClock.now
    let end = Deadline.after(limit)
    var result = await withTaskGroup(of: Result.self) { group in
      for _ in 0..<connections {
        group.addTask(executorPreference: loop) { await read(until: end) }
      }
      var sum = Result()
      for await part in group { sum.add(part) }
      return sum
    }
    result.elapsed = ContinuousClock.now - start
    return result
  }

  @concurrent private func read(until end: Deadline) async -> Result {
    var result = Result()
    do throws(SocketError) {
      let socket = try await Socket.connect(to: address, on: loop, by: .after(.seconds(5)))
      defer { socket.close() }
      var buffer = [UInt8](repeating: 0, count: Self.bufferSize)
      var (cursor, pass): (String?, Int) = (nil, 0)
      while Deadline.now < end {
        let before = Deadline.now
        try await socket.write(request(cursor), by: .after(Self.patience))
        let (status, body) = try await ResponseScanner.read(
          from: socket, into: &buffer, within: Self.patience)
        result.latency.record(Deadline.now.duration(since: before))
        guard status == 200, let meta = Self.meta(buffer, body) else {
          result.fail("\(status) \(String(decoding: buffer[body].prefix(200), as: UTF8.self))")
          return result
        }
        result.employees += meta.count
        pass += meta.count
        cursor = meta.next
        if cursor == nil {
          if pass != users { result.fail("a pass showed \(pass) of \(users)") }
          pass = 0
        }
      }
    } catch {
      result.fail("\(error)")
    }
    return result
  }

  private func request(_ cursor: String?) -> [UInt8] {
    let place = cursor.map { "&cursor=\($0)" } ?? ""
    return Array(
      """
      GET /api/hris/employees?limit=\(page)\(place) HTTP/1.1\r\nHost: \(authority)\r
      Authorization: Bearer \(token.reveal())\r\nAccept: application/json\r\n\r\n
      """.utf8)
  }

  private static let mark = Array("],\"meta\":".utf8)
  private static let metaBound = 1024

  /// What stands behind the employees of a page.
  private static func meta(_ buffer: [UInt8], _ body: Range<Int>) -> (next: String?, count: Int)? {
    var index = body.upperBound - mark.count
    let first = max(body.lowerBound, body.upperBound - metaBound)
    while index >= first {
      if buffer[index] == mark[0], buffer[index..<(index + mark.count)].elementsEqual(mark) {
        let bytes = Array(buffer[(index + mark.count)..<(body.upperBound - 1)])
        guard let meta = try? JSONValue(parsing: bytes), let count = meta["itemsOnPage"]?.int
        else { return nil }
        return (meta["next"]?.string, count)
      }
      index -= 1
    }
    return nil
  }
}
