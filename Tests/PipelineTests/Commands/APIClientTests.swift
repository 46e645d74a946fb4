import Synchronization
import Testing
import Transport

@testable import Pipeline

@Suite struct APIClientTests {
  /// A server that answers with what a test hands it, one answer after the other.
  private final class Scripted: Sendable {
    private let loop = EventLoop(name: "scripted")
    private let state: Mutex<(answers: [HTTPResponse], seen: [String])>
    private let server = Mutex<HTTPServer?>(nil)

    init(_ answers: [HTTPResponse]) { state = Mutex((answers, [])) }
    deinit { loop.stop() }

    func start() async throws -> HTTPURL {
      let server = HTTPServer(
        loops: [loop],
        service: HTTPService(handler: { [weak self] request in
          self?.answer(request) ?? .init(status: 503)
        }))
      let address = try await server.listen(on: .tcp(host: "127.0.0.1", port: 0))
      self.server.withLock { $0 = server }
      return try HTTPURL(parsing: "http://127.0.0.1:\(address.port ?? 0)")
    }

    func stop() async { await server.withLock { $0 }?.drain(within: .zero) }

    var seen: [String] { state.withLock { $0.seen } }

    private func answer(_ request: HTTPRequest) -> HTTPResponse {
      state.withLock { state in
        state.seen.append(String(request.path))
        if request.path == "/api/auth" {
          let number = state.seen.count(where: { $0 == "/api/auth" })
          let token = "{\"data\":{\"accessToken\":\"t\(number)\"}}"
          return HTTPResponse(status: 200, body: Array(token.utf8))
        }
        return state.answers.isEmpty ? HTTPResponse(status: 500) : state.answers.removeFirst()
      }
    }
  }

  private static let page = HTTPResponse(status: 200, body: Array("{}".utf8))
  private static let busy = HTTPResponse(status: 429, fields: ["Retry-After": "0"])

  private func bytes(
    _ answers: [HTTPResponse]
  ) async throws -> (result: Result<[UInt8], ClientFailure>, seen: [String]) {
    let server = Scripted(answers)
    let url = try await server.start()
    let loop = EventLoop(name: "client")
    defer { loop.stop() }
    let client = APIClient(
      .network(url: url, apiKey: Secret("key")), http: HTTPClient(loop: loop))
    let result: Result<[UInt8], ClientFailure>
    do throws(ClientFailure) {
      result = .success(try await client.bytes("/hris/employees", scope: .consumer("csm_1")))
    } catch {
      result = .failure(error)
    }
    await server.stop()
    return (result, server.seen)
  }

  @Test func `a token that ran out is replaced once`() async throws {
    let denied = HTTPResponse(status: 401)
    let (result, seen) = try await bytes([denied, Self.page])
    #expect(try result.get() == Array("{}".utf8))
    #expect(seen == ["/api/auth", "/api/hris/employees", "/api/auth", "/api/hris/employees"])
    let refused = try await bytes([denied, denied, Self.page])
    #expect(throws: ClientFailure.self) { try refused.result.get() }
  }

  @Test func `a busy server is asked again, and not for ever`() async throws {
    let (result, seen) = try await bytes([Self.busy, Self.busy, Self.page])
    #expect(try result.get() == Array("{}".utf8))
    #expect(seen.count(where: { $0 == "/api/hris/employees" }) == 3)
    let never = try await bytes(Array(repeating: Self.busy, count: 20))
    #expect(throws: ClientFailure.self) { try never.result.get() }
    #expect(never.seen.count < 10)
  }
}
