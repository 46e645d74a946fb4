import Synchronization
import TestSupport
import Testing
import Transport

/// An application that receives webhooks, and misbehaves when a test wants it to.
final class WebhookReceiver: Sendable {
  /// One attempt as it arrived.
  struct Receipt: Sendable {
    let id: String
    let timestamp: String
    let signature: String
    /// The header `webhook-replay`.
    let replay: String?
    let body: [UInt8]
    let at: ContinuousClock.Instant
    /// What it was answered, nil until then.
    var status: Int?
    /// How many attempts of this event came before.
    let before: Int

    var event: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    var type: String { event["type"]?.string ?? "" }
    var sequence: Int { event["sequence"]?.int ?? 0 }
    var employee: String { event["data"]?["id"]?.string ?? "" }
  }

  private struct State {
    var all: [Receipt] = []
    var seen: [String: Int] = [:]
  }

  private let state = Mutex(State())
  private let loop = EventLoop(name: "receiver")
  private let server: HTTPServer
  private let bound = Mutex<UInt16>(0)
  /// Nil for plain HTTP.
  private let identity: TLSIdentity?

  /// - Parameter answer: the status for an attempt, after as long as the receiver likes.
  init(
    identity: TLSIdentity? = nil,
    answer: @escaping @Sendable (Receipt) async -> Int = { _ in 200 }
  ) {
    self.identity = identity
    let holder = Handler()
    server = HTTPServer(
      loops: [loop],
      service: HTTPService(
        handler: { await holder.respond(to: $0) }, bodyLimit: { _ in 1 << 20 }))
    holder.set { [weak self] request in
      guard let self else { return HTTPResponse(status: 503) }
      return await self.receive(request, answer)
    }
  }

  deinit { loop.stop() }

  /// - Parameter port: one it had before; 0 picks a free one.
  static func started(
    port: UInt16 = 0, identity: TLSIdentity? = nil,
    answer: @escaping @Sendable (Receipt) async -> Int = { _ in 200 }
  ) async throws -> WebhookReceiver {
    let receiver = WebhookReceiver(identity: identity, answer: answer)
    let address = try await receiver.server.listen(
      on: .tcp(host: "127.0.0.1", port: port), identity: identity)
    receiver.bound.withLock { $0 = address.port ?? 0 }
    return receiver
  }

  var port: UInt16 { bound.withLock { $0 } }
  var url: String { "\(identity == nil ? "http" : "https")://127.0.0.1:\(port)/hooks" }
  var receipts: [Receipt] { state.withLock { $0.all } }
  /// The first attempt of each event that was answered with success.
  var accepted: [Receipt] {
    var ids: Set<String> = []
    return receipts.filter { $0.status == 200 && ids.insert($0.id).inserted }
  }

  func stop() async { await server.drain(within: .zero) }

  private func receive(
    _ request: HTTPRequest, _ answer: @Sendable (Receipt) async -> Int
  ) async -> HTTPResponse {
    let id = request.fields["webhook-id"] ?? ""
    let (place, receipt) = state.withLock { state in
      let before = state.seen[id, default: 0]
      state.seen[id] = before + 1
      state.all.append(
        Receipt(
          id: id, timestamp: request.fields["webhook-timestamp"] ?? "",
          signature: request.fields["webhook-signature"] ?? "",
          replay: request.fields["webhook-replay"], body: request.body,
          at: .now, status: nil, before: before))
      return (state.all.count - 1, state.all[state.all.count - 1])
    }
    let status = await answer(receipt)
    state.withLock { $0.all[place].status = status }
    return HTTPResponse(status: status)
  }

  /// Waits until that many events were taken.
  func accepted(_ count: Int, within limit: Duration = .seconds(30)) async -> [Receipt] {
    await eventually(within: limit) { self.accepted.count >= count }
    return accepted
  }
}

/// Breaks the circle between a server and the object that answers for it.
private final class Handler: Sendable {
  private let body = Mutex<(@Sendable (HTTPRequest) async -> HTTPResponse)?>(nil)

  func set(_ body: @escaping @Sendable (HTTPRequest) async -> HTTPResponse) {
    self.body.withLock { $0 = body }
  }

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    guard let body = body.withLock({ $0 }) else { return HTTPResponse(status: 503) }
    return await body(request)
  }
}

// MARK: - What must hold of everything a receiver got

extension WebhookReceiver {
  /// Checks every attempt's signature over the raw body (Standard Webhooks), that an event has the
  /// same bytes each time, and that first receipts of one employee follow the sequence.
  func expectSound(secret: String, _ location: SourceLocation = #_sourceLocation) throws {
    let key = try #require(Base64.decode(String(secret.dropFirst("whsec_".count))))
    var bodies: [String: [UInt8]] = [:]
    var last: [String: Int] = [:]
    for receipt in receipts {
      let signed = Array("\(receipt.id).\(receipt.timestamp).".utf8) + receipt.body
      let wanted = "v1," + Base64.encode(HMACSHA256.code(for: signed, key: key))
      #expect(receipt.signature == wanted, "signature of \(receipt.id)", sourceLocation: location)
      #expect(receipt.event["id"]?.string == receipt.id, sourceLocation: location)
      if let earlier = bodies[receipt.id] {
        #expect(earlier == receipt.body, "body of \(receipt.id)", sourceLocation: location)
        continue
      }
      bodies[receipt.id] = receipt.body
      if receipt.sequence == 0 { continue }  // operational
      #expect(
        last[receipt.employee, default: 0] < receipt.sequence,
        "\(receipt.employee) out of order", sourceLocation: location)
      last[receipt.employee] = receipt.sequence
    }
  }
}
