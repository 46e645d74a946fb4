import Synchronization
import Transport

/// One run of `receive`: listens, enters and prints what arrives, answers as it was told to.
struct ReceiveRun: Sendable {
  /// More than any event has, so that it is never this receiver that refuses one.
  private static let bodyLimit = 1 << 20
  /// For answers under way once the last arrival has come.
  private static let patience: Duration = .seconds(2)
  /// How long an arrival hangs at most: longer than senders wait, and slots come back.
  private static let hang: Duration = .seconds(600)

  private let invocation: Invocation
  private let conduct: ReceiverConduct
  private let checks: Bool
  private let isJSON: Bool
  private let limit: Int
  private let width: Int
  private let book: ReceiverDesk
  private let done = Wakeup()

  init(_ invocation: Invocation) throws(ClientFailure) {
    self.invocation = invocation
    conduct = try ReceiverConduct(invocation)
    let secrets = try ReceiveCommand.secrets(of: invocation)
    checks = !secrets.isEmpty
    isJSON = invocation.flag("json")
    limit = invocation.count("count") ?? .max
    width = Terminal.width() ?? SpoolText.width
    book = ReceiverDesk(ReceiverBook(secrets: secrets, conduct: conduct))
  }

  func run() async throws(ClientFailure) -> ExitCode {
    let loop = EventLoop(name: "receiver")
    defer { loop.stop() }
    let server = HTTPServer(
      loops: [loop],
      service: HTTPService(
        handler: { await receive($0, on: loop) }, bodyLimit: { _ in Self.bodyLimit }))
    let host = invocation.text("listen") ?? "127.0.0.1"
    let port = UInt16(clamping: invocation.count("port") ?? 0)
    let identity = try identity()
    let address: SocketAddress
    do throws(HTTPServerError) {
      address = try await server.listen(on: .tcp(host: host, port: port), identity: identity)
    } catch {
      throw ClientFailure("Cannot receive: \(error).", .inputOutput)
    }
    let url = "\(identity == nil ? "http" : "https")://\(address)"
    if !isJSON { Terminal.write(ReceiverScreen.head(url: url, checks: checks)) }
    await UntilSignal.run { _ = await done.wait(on: loop) }
    let patience = conduct.always == .hang ? .zero : conduct.delay + Self.patience
    await server.drain(within: patience)
    let book = book.current
    if !isJSON { Terminal.write(ReceiverScreen.end(book)) }
    return book.refused == 0 ? .success : .failure
  }

  /// Nil for plain http.
  private func identity() throws(ClientFailure) -> TLSIdentity? {
    let files: ServerTLSFiles?
    do throws(UsageError) { files = try ServerTLSFiles(invocation) } catch {
      throw ClientFailure(error.sentence, .usage)
    }
    guard let files else { return nil }
    do throws(TLSFailure) {
      return try TLSIdentity(certificates: files.certificates, key: files.key)
    } catch {
      throw ClientFailure("Cannot speak https: \(error).", .usage)
    }
  }

  private func receive(_ request: HTTPRequest, on loop: EventLoop) async -> HTTPResponse {
    guard request.method == "POST" else {
      return HTTPResponse(status: 405, fields: ["Allow": "POST"])
    }
    guard let arrival = book.enter(request, at: .now, limit: limit, show: show) else {
      return HTTPResponse(status: 503)
    }
    if conduct.delay > .zero { try? await loop.sleep(for: conduct.delay) }
    switch arrival.answer {
    case .reset: return HTTPResponse(status: 500, stream: .reset)
    case .status(let status): return HTTPResponse(status: status, fields: fields(status))
    case .hang:
      try? await loop.sleep(for: Self.hang)
      return HTTPResponse(status: 503, stream: .reset)
    }
  }

  private func fields(_ status: Int) -> HTTPFields {
    guard status >= 400, let seconds = conduct.retryAfter else { return HTTPFields() }
    return ["Retry-After": "\(seconds)"]
  }

  private func show(_ arrival: ReceivedWebhook, isLast: Bool) {
    Terminal.write(
      (isJSON ? ReceiverScreen.json(arrival).text : ReceiverScreen.line(arrival, width: width))
        + "\n")
    if isLast { done.fire() }
  }
}

/// The book of a receiver whose connections run side by side; lines come in the order of arrival.
private final class ReceiverDesk: Sendable {
  private let book: Mutex<ReceiverBook>

  init(_ book: ReceiverBook) { self.book = Mutex(book) }

  var current: ReceiverBook { book.withLock { $0 } }

  /// - Returns: nil when there were enough arrivals already.
  func enter(
    _ request: HTTPRequest, at now: Timestamp, limit: Int,
    show: (ReceivedWebhook, _ isLast: Bool) -> Void
  ) -> ReceivedWebhook? {
    book.withLock { book in
      guard book.arrivals < limit else { return nil }
      let arrival = book.enter(request, at: now)
      show(arrival, book.arrivals == limit)
      return arrival
    }
  }
}
