/// Reads one response as real servers write it: tolerant where that is safe, bounded everywhere.
///
/// Pure: feed it bytes, then `finish()` when the connection ends. How bytes are cut does not matter.
package struct HTTPResponseParser: Sendable {
  package enum Step: Sendable, Equatable {
    case needsMore
    case complete
    case failed(HTTPResponseFailure)
  }

  enum State: Sendable, Equatable {
    case statusLine, fields
    case fixedBody(left: Int), untilClose
    case chunkSize, chunkData(left: Int), chunkEnd, trailers
    case done
    case failed(HTTPResponseFailure)
  }

  /// Interim (1xx) responses before the real one.
  private static let maxInterim = 16
  /// Bytes around chunks for each byte of the longest body.
  private static let chunkShare = 8

  private let isHead: Bool
  private let maxHead: Int
  private let maxBody: Int
  private var state = State.statusLine
  private var carry: [UInt8] = []
  private var headBytes = 0
  /// Of chunk sizes and their extensions.
  private var chunkBytes = 0
  private var interim = 0
  private var isHTTP11 = true

  package private(set) var status = 0
  package private(set) var fields = HTTPFields()
  /// At most `maxBody` bytes.
  package private(set) var body: [UInt8] = []
  /// Whether the body was longer; the rest was not read.
  package private(set) var isTruncated = false
  /// Whether the connection may carry another request once this response is complete.
  package private(set) var keepsAlive = true
  /// False until the first byte: only then may a request be sent again without asking.
  package private(set) var hasStarted = false

  package init(isHead: Bool, maxHead: Int = 16 * 1024, maxBody: Int) {
    self.isHead = isHead
    self.maxHead = maxHead
    self.maxBody = maxBody
  }

  package mutating func parse(_ input: Span<UInt8>, at position: inout Int) -> Step {
    if position < input.count { hasStarted = true }
    do throws(HTTPResponseFailure) {
      while true {
        switch state {
        case .done: return .complete
        case .failed(let failure): return .failed(failure)
        case .fixedBody, .untilClose, .chunkData:
          guard takeData(input, at: &position) else { return .needsMore }
        default:
          guard let line = try takeLine(input, at: &position) else { return .needsMore }
          try endLine(line.span)
        }
      }
    } catch {
      state = .failed(error)
      return .failed(error)
    }
  }

  /// Whether the body lasts until the peer closes.
  package var endsWithConnection: Bool { if case .untilClose = state { true } else { false } }

  /// A body that lasts until the close ended with less than a close.
  package mutating func cut() -> Step {
    isTruncated = true
    return finish()
  }

  /// The peer closed: the end of a body without length, else a response cut short.
  package mutating func finish() -> Step {
    switch state {
    case .done: return .complete
    case .failed(let failure): return .failed(failure)
    case .untilClose:
      state = .done
      return .complete
    case .statusLine, .fields:
      state = .failed(hasStarted ? .headCutShort : .closedBeforeResponse)
    default: state = .failed(.bodyCutShort)
    }
    return finish()
  }

  // MARK: - Lines

  /// A whole line without its end; a bare line feed is forgiven here.
  private mutating func takeLine(
    _ input: Span<UInt8>, at position: inout Int
  ) throws(HTTPResponseFailure) -> [UInt8]? {
    while position < input.count {
      let byte = input[position]
      position += 1
      headBytes += 1
      guard headBytes <= maxHead else { throw .headTooLarge(limit: maxHead) }
      if byte == HTTPByte.lineFeed {
        if carry.last == HTTPByte.carriageReturn { carry.removeLast() }
        defer { carry.removeAll(keepingCapacity: true) }
        return carry
      }
      carry.append(byte)
      if state == .statusLine { try checkStart() }
    }
    return nil
  }

  /// HTTP/0.9 and garbage are told by their first bytes, without waiting for a line that never ends.
  private func checkStart() throws(HTTPResponseFailure) {
    let expected = "HTTP/1.".utf8
    guard carry.count <= expected.count else { return }
    guard zip(carry, expected).allSatisfy({ $0 == $1 }) else { throw .notHTTP }
  }

  private mutating func endLine(_ line: Span<UInt8>) throws(HTTPResponseFailure) {
    switch state {
    case .statusLine: try parseStatus(line)
    case .fields:
      if line.isEmpty { try finishHead() } else { try parseField(line) }
    case .chunkSize: try parseChunkSize(line)
    case .chunkEnd:
      guard line.isEmpty else { throw .badChunk }
      headBytes = 0
      state = .chunkSize
    default:
      if line.isEmpty { state = .done }
    }
  }

  /// `HTTP/1.x SP 3DIGIT [SP reason]` (RFC 9112 §4); the reason may be missing.
  private mutating func parseStatus(_ line: Span<UInt8>) throws(HTTPResponseFailure) {
    // An empty line or two between responses is forgiven, as to requests.
    if line.isEmpty { return }
    guard line.count >= 12, line[8] == HTTPByte.space, line[7] == 0x30 || line[7] == 0x31,
      line.count == 12 || line[12] == HTTPByte.space
    else { throw .badStatusLine }
    status = 0
    for index in 9..<12 {
      guard (0x30...0x39).contains(line[index]) else { throw .badStatusLine }
      status = status * 10 + Int(line[index] - 0x30)
    }
    guard status >= 100 else { throw .badStatusLine }
    isHTTP11 = line[7] == 0x31
    fields = HTTPFields()
    state = .fields
  }

  private mutating func parseField(_ line: Span<UInt8>) throws(HTTPResponseFailure) {
    // Folding: the value goes on; nothing we use is ever folded, so it is passed over.
    if HTTPByte.isBlank(line[0]) { return }
    var colon = 0
    while colon < line.count, line[colon] != HTTPByte.colon { colon += 1 }
    var nameEnd = colon
    while nameEnd > 0, HTTPByte.isBlank(line[nameEnd - 1]) { nameEnd -= 1 }
    guard colon < line.count, nameEnd > 0 else { throw .badField }
    for index in 0..<nameEnd where !HTTPByte.isToken(line[index]) { throw .badField }
    var start = colon + 1
    var end = line.count
    while start < end, HTTPByte.isBlank(line[start]) { start += 1 }
    while end > start, HTTPByte.isBlank(line[end - 1]) { end -= 1 }
    fields.append(
      HTTPByte.text(line.extracting(0..<nameEnd)), HTTPByte.text(line.extracting(start..<end)))
  }

  // MARK: - Framing

  private mutating func finishHead() throws(HTTPResponseFailure) {
    headBytes = 0
    if status < 200 {
      interim += 1
      guard status != 101, interim <= Self.maxInterim else { throw .unexpectedInterim(status) }
      state = .statusLine
      return
    }
    let options = fields.all("Connection").flatMap(HTTPByte.list)
    keepsAlive = isHTTP11 ? !options.contains("close") : options.contains("keep-alive")
    state = try bodyState()
  }

  /// RFC 9112 §6.3: what delimits the body.
  private mutating func bodyState() throws(HTTPResponseFailure) -> State {
    if isHead || status == 204 || status == 304 { return .done }
    let codings = fields.all("Transfer-Encoding").flatMap(HTTPByte.list)
    if codings.last == "chunked" { return .chunkSize }
    if codings.isEmpty, let text = fields["Content-Length"] {
      let lengths = Set(fields.all("Content-Length").flatMap(HTTPByte.list))
      guard lengths.count == 1, let first = lengths.first,
        first.utf8.allSatisfy({ (0x30...0x39).contains($0) })
      else { throw .badLength(text) }
      let length = Int(first) ?? .max
      return length == 0 ? .done : .fixedBody(left: length)
    }
    keepsAlive = false
    return .untilClose
  }

  private mutating func parseChunkSize(_ line: Span<UInt8>) throws(HTTPResponseFailure) {
    var size = 0
    var index = 0
    while index < line.count, let digit = HTTPByte.hexDigit(line[index]) {
      guard size <= Int.max >> 4 else { throw .badChunk }
      size = size << 4 | digit
      index += 1
    }
    guard index > 0, index == line.count || HTTPByte.isBlank(line[index]) || line[index] == 0x3B
    else { throw .badChunk }
    // However small the chunks: a flood of extensions would keep whoever reads busy for nothing.
    chunkBytes += headBytes
    guard chunkBytes <= maxHead + Self.chunkShare * maxBody else { throw .badChunk }
    headBytes = 0
    state = size == 0 ? .trailers : .chunkData(left: size)
  }

  // MARK: - Data

  /// False when the input is used up first.
  private mutating func takeData(_ input: Span<UInt8>, at position: inout Int) -> Bool {
    let left: Int
    switch state {
    case .fixedBody(let rest), .chunkData(let rest): left = rest
    default: left = .max
    }
    let count = min(left, input.count - position)
    let kept = min(count, maxBody - body.count)
    body.append(copying: input.extracting(position..<position + kept))
    position += count
    if kept < count {
      isTruncated = true
      keepsAlive = false
      state = .done
      return true
    }
    switch state {
    case .fixedBody: state = left == count ? .done : .fixedBody(left: left - count)
    case .chunkData: state = left == count ? .chunkEnd : .chunkData(left: left - count)
    default: return false
    }
    return left == count
  }
}

/// What was wrong with a response.
package enum HTTPResponseFailure: Error, Sendable, Hashable {
  case closedBeforeResponse, headCutShort, bodyCutShort
  case notHTTP, badStatusLine, badField, badChunk
  case badLength(String)
  case headTooLarge(limit: Int)
  case unexpectedInterim(Int)
}

extension HTTPResponseFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .closedBeforeResponse: "the connection was closed before a response"
    case .headCutShort: "the connection was closed inside the response header"
    case .bodyCutShort: "the connection was closed inside the response body"
    case .notHTTP: "the answer is not HTTP/1.1"
    case .badStatusLine: "the status line is malformed"
    case .badField: "a response header is malformed"
    case .badChunk: "the chunked response body is malformed"
    case .badLength(let text): "the Content-Length \"\(text)\" is malformed"
    case .headTooLarge(let limit): "the response header is larger than \(limit) bytes"
    case .unexpectedInterim(let status): "unexpected interim response \(status)"
    }
  }
}
