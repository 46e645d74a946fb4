import Synchronization
import Testing
import Transport

/// Reads the feed as server-sent events from a socket, or leaves it unread.
final class EventStreamClient: Sendable {
  private static let loop = EventLoop(name: "event streams")

  private let socket: Socket
  private let state = Mutex((text: "", isOver: false))

  private init(_ socket: Socket) { self.socket = socket }

  var text: String { state.withLock { $0.text } }
  var isOver: Bool { state.withLock { $0.isOver } }

  /// HTTP/1.0, so that the body has no framing and ends with the connection.
  static func opened(
    port: UInt16, authorization: String, reads: Bool = true
  ) async throws -> EventStreamClient {
    let request =
      "GET /api/events HTTP/1.0\r\nHost: x\r\nAccept: text/event-stream\r\n"
      + "Authorization: \(authorization)\r\n\r\n"
    let client = try await withTaskExecutorPreference(loop) {
      let socket = try await Socket.connect(
        to: .ip(.loopback, port: port), on: loop, by: .after(.seconds(5)))
      try await socket.write(Array(request.utf8), by: .after(.seconds(5)))
      return EventStreamClient(socket)
    }
    if reads { Task(executorPreference: loop) { await client.read() } }
    return client
  }

  func close() { Self.loop.execute { [socket] in socket.close() } }

  private func read() async {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      switch socket.tryRead(into: &buffer, from: 0) {
      case .wouldBlock: _ = await socket.readable(by: .never)
      case .end, .failed:
        socket.close()
        return state.withLock { $0.isOver = true }
      case .bytes(let count):
        let text = String(decoding: buffer[..<count], as: UTF8.self)
        state.withLock { $0.text += text }
      }
    }
  }
}
