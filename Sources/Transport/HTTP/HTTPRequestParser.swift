/// Turns the bytes of a connection into requests, strictly by RFC 9112 and without touching a socket.
///
/// Feed it whatever arrived; how the bytes were cut makes no difference to the result. It judges line
/// by line, so that a line that fits in the input is never copied. After `.head` the owner sets
/// `bodyLimit`; after `.complete` it takes the request and the parser is ready for the next one.
package struct HTTPRequestParser: Sendable {
  package enum Step: Sendable, Equatable {
    /// The input is used up.
    case needsMore
    /// The head is whole; the body, if any, comes next.
    case head
    /// The request is whole.
    case complete
    /// Nothing that follows on this connection can be trusted.
    case rejected(HTTPRejection)
  }

  enum State: Sendable, Equatable {
    case requestLine, fields
    case fixedBody(left: Int)
    case chunkSize, chunkData(left: Int), chunkEnd, trailers
    case headDone, done
    case failed(HTTPRejection)
  }

  enum Framing: Sendable, Equatable { case none, length(Int), chunked }

  /// Fields per request; beyond that the head counts as too large.
  static let maxFields = 128
  /// Bytes of chunk-size lines, extensions included, per request beyond 16 per chunk.
  static let maxChunkOverhead = 16 * 1024
  /// Bytes of one chunk-size line.
  static let maxChunkLine = 4096

  package let headLimit: Int
  /// Bytes the body may have; set it on `.head`.
  package var bodyLimit = 0

  var state = State.requestLine
  /// The start of a line whose end has not arrived.
  var carry: [UInt8] = []
  var headBytes = 0
  var trailerBytes = 0
  var chunkOverhead = 0
  var framing = Framing.none
  var hostFromTarget: String?

  package internal(set) var method = ""
  package internal(set) var target = ""
  package internal(set) var fields = HTTPFields()
  package internal(set) var body: [UInt8] = []
  package internal(set) var isHTTP11 = true
  /// Whether the connection may carry another request (RFC 9112 §9.3).
  package internal(set) var keepsAlive = true
  package internal(set) var expectsContinue = false

  /// - Parameter headLimit: bytes of request line and fields together, terminators included.
  package init(headLimit: Int = 16 * 1024) { self.headLimit = headLimit }

  /// The declared length; nil when it is chunked and not known before the end.
  package var declaredLength: Int? {
    switch framing {
    case .none: 0
    case .length(let length): length
    case .chunked: nil
    }
  }

  /// True when nothing of a next request has arrived.
  package var isBetweenRequests: Bool { state == .requestLine && headBytes == 0 && carry.isEmpty }

  /// Whether the head is complete and the body is not.
  package var isInBody: Bool {
    switch state {
    case .requestLine, .fields, .headDone, .done, .failed: false
    default: true
    }
  }

  /// The request, without its body while that is still to come.
  package func head(peer: HTTPRequest.Peer) -> HTTPRequest {
    HTTPRequest(method: method, target: target, fields: fields, peer: peer)
  }

  /// Method and target of a request whose fields are not to be trusted; nil while even these are
  /// unknown.
  package func requestLine(peer: HTTPRequest.Peer) -> HTTPRequest? {
    target.isEmpty ? nil : HTTPRequest(method: method, target: target, peer: peer)
  }

  /// Hands the complete request out and starts over.
  package mutating func take(peer: HTTPRequest.Peer) -> HTTPRequest {
    precondition(state == .done, "a request is taken once it is complete")
    let request = HTTPRequest(
      method: method, target: target, fields: fields, body: body, peer: peer)
    var next = HTTPRequestParser(headLimit: headLimit)
    swap(&next.carry, &carry)
    next.carry.removeAll(keepingCapacity: true)
    self = next
    return request
  }

  /// Goes on at `position`, and moves it past what was used.
  package mutating func parse(_ input: Span<UInt8>, at position: inout Int) -> Step {
    if case .headDone = state { beginBody() }
    do throws(HTTPRejection) {
      while true {
        switch state {
        case .done: return .complete
        case .headDone: return .head
        case .failed(let rejection): return .rejected(rejection)
        case .fixedBody, .chunkData:
          guard try parseData(input, at: &position) else { return .needsMore }
        default:
          guard try parseLine(input, at: &position) else { return .needsMore }
        }
      }
    } catch {
      state = .failed(error)
      return .rejected(error)
    }
  }

  /// False when the line's end has not arrived.
  private mutating func parseLine(
    _ input: Span<UInt8>, at position: inout Int
  ) throws(HTTPRejection) -> Bool {
    let start = position
    if start < input.count { try checkFirst(input[start]) }
    while position < input.count {
      let byte = input[position]
      position += 1
      guard byte == HTTPByte.lineFeed else { continue }
      if carry.isEmpty {
        let line = input.extracting(start..<position)
        try count(line.count, pending: false)
        try endLine(line)
      } else {
        append(input, start..<position)
        try count(carry.count, pending: false)
        // Moved out while it is read, since reading it changes the parser.
        var line: [UInt8] = []
        swap(&line, &carry)
        try endLine(line.span)
        line.removeAll(keepingCapacity: true)
        swap(&line, &carry)
      }
      return true
    }
    append(input, start..<position)
    try count(carry.count, pending: true)
    return false
  }

  private mutating func append(_ input: Span<UInt8>, _ range: Range<Int>) {
    carry.reserveCapacity(carry.count + range.count)
    for index in range { carry.append(input[index]) }
  }

  /// Something that is no HTTP at all (a TLS greeting, say) never has to wait for its line end.
  private func checkFirst(_ byte: UInt8) throws(HTTPRejection) {
    guard state == .requestLine, carry.isEmpty else { return }
    guard HTTPByte.isToken(byte) || byte == HTTPByte.carriageReturn || byte == HTTPByte.lineFeed
    else { throw .badRequest(.requestLine) }
  }

  /// Applies the size limit of the present section to a line of `length` bytes so far.
  private mutating func count(_ length: Int, pending: Bool) throws(HTTPRejection) {
    switch state {
    case .requestLine, .fields:
      guard headBytes + length <= headLimit else { throw .headerTooLarge(limit: headLimit) }
      if !pending { headBytes += length }
    case .trailers:
      guard trailerBytes + length <= headLimit else { throw .headerTooLarge(limit: headLimit) }
      if !pending { trailerBytes += length }
    default:
      guard length <= Self.maxChunkLine else { throw .badRequest(.chunk) }
    }
  }

  /// - Parameter line: with its line feed.
  private mutating func endLine(_ line: Span<UInt8>) throws(HTTPRejection) {
    let length = line.count - 2
    guard length >= 0, line[length] == HTTPByte.carriageReturn else {
      throw .badRequest(.lineEnding)
    }
    let content = line.extracting(0..<length)
    switch state {
    case .requestLine:
      // RFC 9112 §2.2: an empty line or two before the request is forgiven, within the limit.
      if length > 0 { try parseRequestLine(content) }
    case .fields:
      if length > 0 { try parseField(content) } else { try finishHead() }
    case .trailers:
      if length > 0 { try parseTrailer(content) } else { state = .done }
    case .chunkSize: try parseChunkSize(content)
    default:
      guard length == 0 else { throw .badRequest(.chunk) }
      state = .chunkSize
    }
  }
}
