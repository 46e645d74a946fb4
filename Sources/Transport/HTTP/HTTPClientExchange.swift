import CLinux

/// One request on its way: resolve, choose, connect or reuse, send, read, keep or close.
struct HTTPClientExchange {
  private static let readSize = 4 * 1024

  let request: HTTPClientRequest
  let client: HTTPClient
  let cancellation: HTTPClientCancellation
  private let started = Deadline.now
  private let deadline: Deadline
  private var timing = HTTPClientTiming()
  private var address: IPAddress?

  init(request: HTTPClientRequest, client: HTTPClient, cancellation: HTTPClientCancellation) {
    self.request = request
    self.client = client
    self.cancellation = cancellation
    deadline = started.advanced(by: request.totalDeadline)
  }

  mutating func run() async -> HTTPClientResult {
    do throws(HTTPClientError) {
      let response = try await respond()
      return .success(response)
    } catch {
      timing.total = Deadline.now.duration(since: started)
      let cause = cancellation.isCancelled ? .cancelled : error
      return .failure(HTTPClientFailure(error: cause, timing: timing, address: address))
    }
  }

  private mutating func respond() async throws(HTTPClientError) -> HTTPClientResponse {
    let candidates = try await destinations()
    for candidate in candidates {
      let key = key(candidate)
      guard let socket = client.takeIdle(key) else { continue }
      note(candidate)
      if let response = try await reuse(socket, key) { return response }
      break
    }
    let (socket, key) = try await connect(candidates)
    if isSecure { try await secure(socket) }
    return try await exchange(on: socket, key, reused: false)
  }

  private var isSecure: Bool { request.url.scheme == .https && request.unixSocket == nil }

  private func key(_ candidate: SocketAddress) -> HTTPClientPoolKey {
    HTTPClientPoolKey(address: candidate, host: request.url.authority, isSecure: isSecure)
  }

  /// Nil when the connection had died before a response byte, which the peer may do at any time to
  /// an idle one: then, and only then, the request is sent once more.
  private mutating func reuse(
    _ socket: Socket, _ key: HTTPClientPoolKey
  ) async throws(HTTPClientError) -> HTTPClientResponse? {
    do throws(HTTPClientError) {
      return try await exchange(on: socket, key, reused: true)
    } catch {
      switch error {
      case .connectionBroken(.sending, _) where !cancellation.isCancelled: return nil
      case .connectionBroken(.response, _) where !cancellation.isCancelled: return nil
      case .invalidResponse(.closedBeforeResponse) where !cancellation.isCancelled: return nil
      default: throw error
      }
    }
  }

  // MARK: - Where to

  private mutating func destinations() async throws(HTTPClientError) -> [SocketAddress] {
    if let path = request.unixSocket { return [.unix(path: path)] }
    if let fixed = request.fixedAddress { return [.ip(fixed.address, port: fixed.port)] }
    if let literal = request.url.address { return try allowed([literal]) }
    let before = Deadline.now
    let found: [IPAddress]
    do throws(Resolver.Failure) {
      found = try await client.addresses(of: request.url.host, by: deadline)
    } catch {
      timing.dns = Deadline.now.duration(since: before)
      switch error {
      case .noAddress: throw .resolveFailed(host: request.url.host)
      case .timedOut: throw .deadlineExceeded(.dns)
      case .busy: throw .resolverBusy
      }
    }
    timing.dns = Deadline.now.duration(since: before)
    return try allowed(found)
  }

  private mutating func allowed(
    _ found: [IPAddress]
  ) throws(HTTPClientError) -> [SocketAddress] {
    switch request.dial(found) {
    case .failure(let refusal):
      address = refusal.address
      throw .refusedByPolicy(refusal)
    case .success(let allowed):
      guard !allowed.isEmpty else { throw .resolveFailed(host: request.url.host) }
      return allowed.map { .ip($0, port: request.url.port) }
    }
  }

  private mutating func note(_ candidate: SocketAddress) {
    if case .ip(let ip, _) = candidate { address = ip }
  }

  private mutating func connect(
    _ candidates: [SocketAddress]
  ) async throws(HTTPClientError) -> (Socket, HTTPClientPoolKey) {
    let before = Deadline.now
    defer { timing.connect = Deadline.now.duration(since: before) }
    var failure = HTTPClientError.connectTimeout
    for candidate in candidates {
      note(candidate)
      let due = min(deadline, Deadline.after(request.connectTimeout))
      do throws(SocketError) {
        let socket = try await Socket.connect(to: candidate, on: client.loop, by: due)
        return (socket, key(candidate))
      } catch {
        if cancellation.isCancelled { throw .cancelled }
        switch error {
        case .timedOut: failure = .connectTimeout
        case .closed: failure = .connectionBroken(.connect, nil)
        case .system(let code): failure = .connectFailed(code)
        }
        if Deadline.now >= deadline { throw .deadlineExceeded(.connect) }
      }
    }
    throw failure
  }

  /// Closes the socket when it fails.
  private mutating func secure(_ socket: Socket) async throws(HTTPClientError) {
    let before = Deadline.now
    cancellation.watch(socket)
    defer {
      cancellation.watch(nil)
      timing.tls = Deadline.now.duration(since: before)
    }
    do throws(TLSFailure) {
      let context = try await client.trust.context()
      let url = request.url
      try await socket.startTLS(
        context, host: url.host, port: url.port, isAddress: url.address != nil,
        by: min(deadline, Deadline.after(request.tlsTimeout)))
    } catch {
      socket.close()
      throw .tls(error)
    }
  }

  // MARK: - There and back

  private mutating func exchange(
    on socket: Socket, _ key: HTTPClientPoolKey, reused: Bool
  ) async throws(HTTPClientError) -> HTTPClientResponse {
    cancellation.watch(socket)
    var keep = false
    defer {
      cancellation.watch(nil)
      if keep && socket.isOpen { client.keep(socket, key) } else { socket.close() }
    }
    if cancellation.isCancelled { throw .cancelled }
    let sendFailure = try await send(on: socket)
    let (parser, rest) = try await receive(from: socket, after: sendFailure)
    keep = parser.keepsAlive && rest == 0 && sendFailure == nil
    timing.total = Deadline.now.duration(since: started)
    return HTTPClientResponse(
      status: parser.status, fields: parser.fields, body: parser.body,
      isTruncated: parser.isTruncated, timing: timing, address: address, reused: reused)
  }

  /// Nil when all was sent. A peer that stops reading may have answered already (413, say), so a
  /// broken connection is judged after looking for a response.
  private func send(on socket: Socket) async throws(HTTPClientError) -> HTTPClientError? {
    do throws(SocketError) {
      try await socket.write(head(), request.body, by: deadline)
      return nil
    } catch {
      switch error {
      case .timedOut: throw .deadlineExceeded(.sending)
      case .closed: return .connectionBroken(.sending, nil)
      case .system(let code): return Self.broken(socket, .sending, code)
      }
    }
  }

  private func head() -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(512)
    out.append(contentsOf: "\(request.method) \(request.url.target) HTTP/1.1\r\n".utf8)
    if request.fields["Host"] == nil {
      HTTPResponseHead.write(.init(name: "Host", value: request.url.authority), to: &out)
    }
    for field in request.fields.fields { HTTPResponseHead.write(field, to: &out) }
    let sendsBody = !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method)
    if sendsBody && request.fields["Content-Length"] == nil {
      out.append(contentsOf: "Content-Length: \(request.body.count)\r\n".utf8)
    }
    out.append(contentsOf: "\r\n".utf8)
    return out
  }

  /// The parsed response, and how many bytes came after it.
  private mutating func receive(
    from socket: Socket, after sendFailure: HTTPClientError?
  ) async throws(HTTPClientError) -> (HTTPResponseParser, rest: Int) {
    let sent = Deadline.now
    var parser = HTTPResponseParser(
      isHead: request.method == "HEAD", maxHead: request.maxHead, maxBody: request.maxBody)
    var buffer = [UInt8](repeating: 0, count: Self.readSize)
    while true {
      var step: HTTPResponseParser.Step
      var start = 0
      var count = 0
      switch socket.tryRead(into: &buffer, from: 0) {
      case .bytes(let some):
        if timing.firstByte == nil { timing.firstByte = Deadline.now.duration(since: sent) }
        count = some
        step = parser.parse(buffer.span.extracting(0..<count), at: &start)
      case .end: step = parser.finish()
      case .failed
      where request.takesCutBody && socket.tlsFailure == .cutShort
        && parser.endsWithConnection:
        step = parser.cut()
      case .failed(let code):
        let phase: HTTPClientError.Phase = parser.hasStarted ? .body : .response
        throw (parser.hasStarted ? nil : sendFailure) ?? Self.broken(socket, phase, code)
      case .wouldBlock:
        step = .needsMore
        switch await socket.readable(by: deadline) {
        case .ready: break
        case .timedOut: throw .deadlineExceeded(.response)
        case .closed: throw .connectionBroken(.response, nil)
        }
      }
      switch step {
      case .needsMore: continue
      case .complete: return (parser, count - start)
      case .failed(let failure):
        if failure == .closedBeforeResponse, let sendFailure { throw sendFailure }
        throw .invalidResponse(failure)
      }
    }
  }

  private static func broken(
    _ socket: Socket, _ phase: HTTPClientError.Phase, _ code: Int32
  ) -> HTTPClientError {
    switch socket.tlsFailure {
    case nil, .system: .connectionBroken(phase, code == EBADF ? nil : code)
    // Before an answer it makes no difference how the peer went.
    case .cutShort where phase != .body: .connectionBroken(phase, nil)
    case let failure?: .tls(failure)
    }
  }
}
