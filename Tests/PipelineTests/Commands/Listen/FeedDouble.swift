import Synchronization
import TestSupport
import Transport

@testable import Pipeline

/// An event feed as the API has it, whose log a test writes and which can go away.
final class FeedDouble: Sendable {
  private struct State {
    var log: [[UInt8]] = []
    var asked: [String] = []
    var busy = 0
    var refusal: String?
  }

  private let state = Mutex(State())
  private let loop = EventLoop(name: "feed")
  private let server = Mutex<HTTPServer?>(nil)
  private let bound = Mutex<UInt16>(0)

  deinit { loop.stop() }

  static func started() async throws -> FeedDouble {
    let feed = FeedDouble()
    try await feed.start()
    return feed
  }

  /// On the port it had before.
  func start() async throws {
    let server = HTTPServer(
      loops: [loop],
      service: HTTPService(handler: { [weak self] in await self?.answer($0) ?? .init(status: 503) })
    )
    let address = try await server.listen(on: .tcp(host: "127.0.0.1", port: port))
    bound.withLock { $0 = address.port ?? 0 }
    self.server.withLock { $0 = server }
  }

  func stop() async {
    let server = server.withLock { server in
      defer { server = nil }
      return server
    }
    await server?.drain(within: .zero)
  }

  var port: UInt16 { bound.withLock { $0 } }
  var url: String { "http://127.0.0.1:\(port)" }
  /// The queries of every look at the feed.
  var asked: [String] { state.withLock { $0.asked } }

  /// Written with spaces and a member order nobody would choose: bytes must go through as they are.
  @discardableResult
  func commit(_ person: Int, sequence: Int) -> [UInt8] {
    let event = """
      {"type":"employee.updated", "id":"evt_\(person)_\(sequence)", "sequence":\(sequence),\
      "data":{"id":"emp_\(person)","email":"p\(person)@example.com","revision":\(sequence)}, "x":1.0}
      """
    state.withLock { $0.log.append(Array(event.utf8)) }
    return Array(event.utf8)
  }

  /// The next so many looks are answered 429.
  func beBusy(_ times: Int) { state.withLock { $0.busy = times } }
  func refuse(_ detail: String) { state.withLock { $0.refusal = detail } }

  private func answer(_ request: HTTPRequest) async -> HTTPResponse {
    if request.path == "/api/auth" { return json(#"{"data":{"accessToken":"token"}}"#) }
    guard request.fields["Authorization"] == "Bearer token" else {
      return HTTPResponse(status: 401)
    }
    let query = String(request.query)
    let parts = Dictionary(
      query.split(separator: "&").map { $0.split(separator: "=").map(String.init) }.map {
        ($0[0], $0.count > 1 ? $0[1] : "")
      }, uniquingKeysWith: { $1 })
    let (busy, refusal) = state.withLock { state in
      state.asked.append(query)
      state.busy -= 1
      return (state.busy >= 0, state.refusal)
    }
    if busy { return HTTPResponse(status: 429, fields: ["Retry-After": "1"]) }
    if let refusal { return json(#"{"detail":"\#(refusal)"}"#, status: 410) }
    let start = place(parts["after"])
    let wait = Int(parts["wait"] ?? "") ?? 0
    _ = await eventually(within: .seconds(wait)) { self.state.withLock { $0.log.count > start } }
    let limit = Int(parts["limit"] ?? "") ?? 100
    let page = state.withLock { Array($0.log.dropFirst(start).prefix(limit)) }
    let events = page.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
    return json(
      #"{"data":[\#(events)],"meta":{"next":"c\#(start + page.count)","itemsOnPage":\#(page.count)}}"#
    )
  }

  private func place(_ after: String?) -> Int {
    state.withLock { state in
      guard let after else { return 0 }
      if after == "latest" { return state.log.count }
      if after.hasPrefix("c") { return Int(after.dropFirst()) ?? 0 }
      let known = state.log.firstIndex {
        String(decoding: $0, as: UTF8.self).contains("\"\(after)\"")
      }
      return (known ?? -1) + 1
    }
  }

  private func json(_ text: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status, fields: ["Content-Type": "application/json"], body: Array(text.utf8))
  }
}
