import Synchronization

/// One connection to the server, from accept to close, as straight-line code on its loop.
struct HTTPConnection {
  /// Bytes read at once.
  private static let readSize = 16 * 1024
  /// A body up to this is copied behind its head, so that both go out in one plain write.
  private static let copyLimit = 4 * 1024
  /// Reads that may follow one another without a wait before other connections have their turn.
  private static let readsPerTurn = 16

  let handle: HTTPConnectionHandle
  let peer: HTTPRequest.Peer
  let server: HTTPServer
  let service: HTTPService
  var parser: HTTPRequestParser
  var input = [UInt8](repeating: 0, count: readSize)
  var start = 0
  var end = 0
  var output: [UInt8] = []
  var date = HTTPDateLine()
  var readsInTurn = 0

  private var socket: Socket { handle.socket }
  private var configuration: HTTPServerConfiguration { server.configuration }

  init(
    handle: HTTPConnectionHandle, peer: HTTPRequest.Peer, server: HTTPServer,
    service: HTTPService
  ) {
    self.handle = handle
    self.peer = peer
    self.server = server
    self.service = service
    parser = HTTPRequestParser(headLimit: server.configuration.headLimit)
  }

  /// Returns when the connection is to be closed.
  mutating func run() async {
    while await serveOne() {}
  }

  /// False when no further request can follow.
  private mutating func serveOne() async -> Bool {
    do throws(Ending) {
      try await readHead()
      let request = try await readBody()
      defer { server.configuration.inflightBytes.release(request.reserved) }
      let response = await service.handler(request.request)
      server.statistics.answered.add(1, ordering: .relaxed)
      return try await send(
        response, isHead: request.request.method == "HEAD", isHTTP11: request.isHTTP11,
        closing: !request.keepsAlive || server.isDraining)
    } catch {
      if case .refused(let rejection, let head) = error { await refuse(rejection, head) }
      return false
    }
  }

  /// Why a connection ends before its time.
  private enum Ending: Error {
    case gone
    case refused(HTTPRejection, HTTPRequest?)
  }

  private struct Received {
    let request: HTTPRequest
    let reserved: Int
    let keepsAlive: Bool
    let isHTTP11: Bool
  }

  // MARK: - Reading

  private mutating func readHead() async throws(Ending) {
    var deadline: Deadline?
    while true {
      switch parse() {
      case .head: return
      case .rejected(let rejection): throw .refused(rejection, parser.requestLine(peer: peer))
      case .complete: preconditionFailure("a request is complete only after its head")
      case .needsMore: break
      }
      if parser.isBetweenRequests && deadline == nil {
        try await readWhileIdle()
      } else {
        deadline = deadline ?? socket.loop.now.advanced(by: configuration.headDeadline)
        try await read(by: deadline ?? .never, head: parser.requestLine(peer: peer))
      }
    }
  }

  private mutating func readWhileIdle() async throws(Ending) {
    handle.becameIdle(at: socket.loop.now)
    defer { handle.becameBusy() }
    if server.isDraining { throw .gone }
    do throws(Ending) {
      try await read(by: socket.loop.now.advanced(by: configuration.idleDeadline), head: nil)
    } catch {
      // Nobody asked anything: a timeout here is no answer's business.
      throw .gone
    }
  }

  private mutating func readBody() async throws(Ending) -> Received {
    let deadline = socket.loop.now.advanced(by: configuration.bodyDeadline)
    let reserved = try await admitBody(by: deadline)
    do throws(Ending) {
      if parser.expectsContinue && reserved > 0 && start == end {
        try await write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
      }
      while true {
        switch parse() {
        case .complete: return take(reserved)
        case .rejected(let rejection): throw Ending.refused(rejection, parser.head(peer: peer))
        case .head, .needsMore: try await read(by: deadline, head: parser.head(peer: peer))
        }
      }
    } catch {
      configuration.inflightBytes.release(reserved)
      throw error
    }
  }

  private mutating func take(_ reserved: Int) -> Received {
    let keepsAlive = parser.keepsAlive
    let isHTTP11 = parser.isHTTP11
    return Received(
      request: parser.take(peer: peer), reserved: reserved, keepsAlive: keepsAlive,
      isHTTP11: isHTTP11)
  }

  /// Judges the declared size before a byte of the body is read, and reserves memory for it: the
  /// whole of it at once, so that half-read bodies never wait for each other.
  private mutating func admitBody(by deadline: Deadline) async throws(Ending) -> Int {
    if parser.declaredLength == 0 { return 0 }
    let head = parser.head(peer: peer)
    let limit = service.bodyLimit(head)
    parser.bodyLimit = limit
    let wanted = parser.declaredLength ?? limit
    guard wanted <= limit else { throw .refused(.bodyTooLarge(limit: limit), head) }
    let budget = configuration.inflightBytes
    if budget.tryReserve(wanted) { return wanted }
    guard await budget.reserve(wanted, on: socket.loop, until: deadline) else {
      throw .refused(.timeout, head)
    }
    return wanted
  }

  private mutating func parse() -> HTTPRequestParser.Step {
    let step = Self.parse(&parser, input, upTo: end, at: &start)
    if start == end {
      start = 0
      end = 0
    }
    return step
  }

  private static func parse(
    _ parser: inout HTTPRequestParser, _ input: [UInt8], upTo end: Int, at start: inout Int
  ) -> HTTPRequestParser.Step {
    parser.parse(input.span.extracting(0..<end), at: &start)
  }

  /// Reads something, or ends the connection.
  private mutating func read(by deadline: Deadline, head: HTTPRequest?) async throws(Ending) {
    precondition(start == end, "the parser uses up its input before it asks for more")
    readsInTurn += 1
    if readsInTurn > Self.readsPerTurn {
      readsInTurn = 0
      await socket.loop.takeTurns()
    }
    while true {
      switch socket.tryRead(into: &input, from: 0) {
      case .bytes(let count):
        end = count
        server.statistics.received.add(count, ordering: .relaxed)
        return
      case .end, .failed: throw .gone
      case .wouldBlock:
        readsInTurn = 0
        switch await socket.readable(by: deadline) {
        case .ready: continue
        case .closed: throw .gone
        case .timedOut: throw .refused(.timeout, head)
        }
      }
    }
  }

  // MARK: - Answering

  private mutating func send(
    _ response: HTTPResponse, isHead: Bool, isHTTP11: Bool, closing: Bool
  ) async throws(Ending) -> Bool {
    switch response.body {
    case .bytes(let body):
      let hasNoBody = response.status == 204 || response.status == 304 || response.status < 200
      output.removeAll(keepingCapacity: true)
      HTTPResponseHead.write(
        status: response.status, fields: response.fields,
        framing: hasNoBody ? .none : .length(body.count), closing: closing,
        date: date.bytes(), to: &output)
      if isHead || hasNoBody {
        try await write(output)
      } else if body.count <= Self.copyLimit {
        output.append(contentsOf: body)
        try await write(output)
      } else {
        try await write(output, body)
      }
      return !closing
    case .stream(let produce):
      let closing = closing || !isHTTP11
      output.removeAll(keepingCapacity: true)
      HTTPResponseHead.write(
        status: response.status, fields: response.fields,
        framing: isHTTP11 ? .chunked : .untilClose, closing: closing, date: date.bytes(),
        to: &output)
      try await write(output)
      if !isHead { try await stream(produce, chunked: isHTTP11) }
      return !closing
    case .reset:
      socket.reset()
      throw .gone
    }
  }

  private func stream(
    _ produce: @Sendable (_ write: (_ chunk: [UInt8]) async throws -> Void) async throws -> Void,
    chunked: Bool
  ) async throws(Ending) {
    let piece = HTTPStreamPiece(
      socket: socket, chunked: chunked, deadline: configuration.writeDeadline,
      statistics: server.statistics)
    do {
      try await produce { chunk in
        // An empty chunk would end the body.
        if !chunk.isEmpty { try await piece.send(chunk) }
      }
    } catch {
      // A body cut short must look cut short: close without the last chunk, and without TLS's
      // goodbye.
      socket.abandonTLS()
      throw .gone
    }
    if chunked { try await write(Array("0\r\n\r\n".utf8)) }
  }

  private func write(_ first: [UInt8], _ second: [UInt8] = []) async throws(Ending) {
    do throws(SocketError) {
      try await socket.write(
        first, second, by: socket.loop.now.advanced(by: configuration.writeDeadline))
    } catch {
      throw .gone
    }
    server.statistics.sent.add(first.count + second.count, ordering: .relaxed)
  }

  /// Answers, then reads and drops what the peer still sends for a moment: closing with unread bytes
  /// would reset the connection and take the answer with it.
  private mutating func refuse(_ rejection: HTTPRejection, _ head: HTTPRequest?) async {
    server.statistics.refused.add(1, ordering: .relaxed)
    let response = service.reject(rejection, head)
    do throws(Ending) {
      _ = try await send(
        response, isHead: head?.method == "HEAD", isHTTP11: true, closing: true)
      socket.shutdownWriting()
      let deadline = socket.loop.now.advanced(by: configuration.lingerDeadline)
      while socket.loop.now < deadline {
        start = 0
        end = 0
        try await read(by: deadline, head: nil)
      }
    } catch {
      // Either way the connection is closed next.
    }
  }
}

/// Sends the pieces of a streamed body, whichever executor the producer runs on.
struct HTTPStreamPiece: Sendable {
  let socket: Socket
  let chunked: Bool
  let deadline: Duration
  let statistics: HTTPServerStatistics

  /// Suspends until the kernel has taken the piece, so that a slow peer slows its producer.
  @concurrent
  func send(_ chunk: [UInt8]) async throws {
    let due = Deadline.after(deadline)
    if chunked {
      var framed = Array(String(chunk.count, radix: 16).utf8)
      framed.append(contentsOf: "\r\n".utf8)
      framed.append(contentsOf: chunk)
      framed.append(contentsOf: "\r\n".utf8)
      try await socket.write(framed, by: due)
    } else {
      try await socket.write(chunk, by: due)
    }
    statistics.sent.add(chunk.count, ordering: .relaxed)
  }
}
