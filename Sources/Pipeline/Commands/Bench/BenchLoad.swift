import Glibc
import Transport

/// Keeps a number of connections busy with one kind of request, all on one loop.
struct BenchLoad: Sendable {
  /// Ids remembered for later reads.
  static let idBound = 65_536
  private static let bufferSize = 131_072

  enum Kind: Sendable {
    /// Numbered from here on, each once.
    case create(BenchRequest, numbers: Cursor)
    /// A number below this.
    case filter(BenchRequest, below: Int)
    /// Any of these, which must all have one length.
    case get(BenchRequest, at: Int, ids: [[UInt8]])
    /// One, then the other, so that each changes something.
    case toggle(BenchToggle)
  }

  struct Result: Sendable {
    var latency = LatencyHistogram()
    var failed = 0
    var elapsed: Duration = .zero
    /// Ids of users that were created, at most `idBound`.
    var ids: [[UInt8]] = []
    /// Why the first failed request failed.
    var reason: String?
    var perSecond: Double { Double(latency.count) / max(1e-9, elapsed / .seconds(1)) }
  }

  let loop: EventLoop
  let address: SocketAddress

  /// Runs until the time is over or the numbers are used up; answers under way are waited for.
  func run(_ kind: Kind, connections: Int, for limit: Duration) async -> Result {
    let start = ContinuousClock.now
    let end = Deadline.after(limit)
    var result = await withTaskGroup(of: Result.self) { group in
      for index in 0..<connections {
        group.addTask(executorPreference: loop) {
          await worker(kind, stream: index, share: Self.idBound / connections, until: end)
        }
      }
      var sum = Result()
      for await part in group {
        sum.latency.add(part.latency)
        sum.failed += part.failed
        sum.ids += part.ids
        sum.reason = sum.reason ?? part.reason
      }
      return sum
    }
    result.elapsed = ContinuousClock.now - start
    return result
  }

  @concurrent
  private func worker(
    _ kind: Kind, stream: Int, share: Int, until end: Deadline
  ) async -> Result {
    var result = Result()
    do throws(SocketError) {
      let socket = try await Socket.connect(to: address, on: loop, by: .after(.seconds(5)))
      defer { socket.close() }
      var source = BenchSource(kind, stream: stream)
      var buffer = [UInt8](repeating: 0, count: Self.bufferSize)
      var before = Deadline.now
      while before < end, source.prepare() {
        try await socket.write(source.bytes, by: .after(.seconds(60)))
        let (status, body) = try await ResponseScanner.read(
          from: socket, into: &buffer, within: .seconds(60))
        let now = Deadline.now
        result.latency.record(now.duration(since: before))
        before = now
        if status != source.expected {
          result.failed += 1
          result.reason = result.reason ?? Self.detail(status, buffer[body])
        } else if source.isCreating && result.ids.count < share {
          if let id = Self.id(in: buffer, body) { result.ids.append(id) }
        }
      }
    } catch {
      result.failed += 1
      result.reason = result.reason ?? Self.words(error)
    }
    return result
  }

  private static let mark = Array("\"id\":\"".utf8)

  /// The value of the first member named "id".
  private static func id(in buffer: [UInt8], _ body: Range<Int>) -> [UInt8]? {
    var index = body.lowerBound
    while index + mark.count < body.upperBound {
      if buffer[index] == mark[0] && buffer[index..<(index + mark.count)].elementsEqual(mark) {
        let value = buffer[(index + mark.count)..<body.upperBound].prefix { $0 != mark[0] }
        return Array(value)
      }
      index += 1
    }
    return nil
  }

  private static func detail(_ status: Int, _ body: ArraySlice<UInt8>) -> String {
    let value = try? JSONValue(parsing: Array(body))
    return "\(status) \(value?["detail"]?.string ?? "")"
  }

  private static func words(_ error: SocketError) -> String {
    switch error {
    case .closed: "the server closed the connection"
    case .timedOut: "no answer within 60 s"
    case .system(let code): SystemErrorText.describe(code)
    }
  }
}
