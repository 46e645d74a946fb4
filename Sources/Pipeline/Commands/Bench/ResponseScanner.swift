import Glibc
import Transport

/// Finds where a response ends at the least cost: a load generator shares the CPUs it measures.
///
/// Understands Content-Length only, which is all our own server sends for these calls; one response
/// at a time, bounded by the buffer it scans.
package struct ResponseScanner: Sendable {
  package enum Step: Sendable, Equatable {
    case needsMore
    /// Body bytes are `body` of the buffer that was scanned.
    case complete(status: Int, body: Range<Int>)
    case malformed
  }

  private var headEnd = 0
  private var scanned = 0
  private var status = 0
  private var length = -1

  package init() {}

  /// Reads one response from its start into the buffer.
  static func read(
    from socket: Socket, into buffer: inout [UInt8], within patience: Duration
  ) async throws(SocketError) -> (status: Int, body: Range<Int>) {
    var scanner = ResponseScanner()
    var filled = 0
    while true {
      switch socket.tryRead(into: &buffer, from: filled) {
      case .wouldBlock:
        guard await socket.readable(by: .after(patience)) == .ready else { throw .timedOut }
      case .end: throw .closed
      case .failed(let code): throw .system(code)
      case .bytes(let count):
        filled += count
        switch scanner.scan(buffer, count: filled) {
        case .complete(let status, let body): return (status, body)
        case .malformed: throw .system(EBADMSG)
        case .needsMore: if filled == buffer.count { throw .system(EMSGSIZE) }
        }
      }
    }
  }

  /// - Parameter count: bytes of the buffer that are filled; the response starts at 0.
  package mutating func scan(_ buffer: [UInt8], count: Int) -> Step {
    if headEnd == 0 {
      guard findHead(buffer, count) else { return .needsMore }
      status = Self.number(buffer, 9, 12)
      length = contentLength(buffer)
      guard status >= 100, length >= 0 || status == 204 else { return .malformed }
      length = max(0, length)
    }
    let end = headEnd + length
    if count < end { return .needsMore }
    defer { self = ResponseScanner() }
    return .complete(status: status, body: headEnd..<end)
  }

  private mutating func findHead(_ buffer: [UInt8], _ count: Int) -> Bool {
    var index = max(3, scanned)
    while index < count {
      if buffer[index] == 0x0A && buffer[index - 2] == 0x0A && buffer[index - 1] == 0x0D {
        headEnd = index + 1
        return true
      }
      index += 1
    }
    scanned = count
    return false
  }

  /// The field begins after a newline; its name is compared without case by folding bit 5.
  private func contentLength(_ buffer: [UInt8]) -> Int {
    let name = Self.name
    var index = 12
    while index + name.count < headEnd {
      if buffer[index] == 0x0A {
        var match = 0
        while match < name.count && buffer[index + 1 + match] | 0x20 == name[match] { match += 1 }
        if match == name.count {
          var start = index + 1 + match
          while buffer[start] == 0x20 { start += 1 }
          return Self.number(buffer, start, headEnd)
        }
      }
      index += 1
    }
    return -1
  }

  private static let name = Array("content-length:".utf8)

  /// Decimal digits from `start` on, up to another byte; -1 when there is none.
  private static func number(_ buffer: [UInt8], _ start: Int, _ end: Int) -> Int {
    var value = -1
    var index = start
    while index < end, buffer[index] &- 0x30 < 10, value < 1 << 40 {
      value = max(0, value) * 10 + Int(buffer[index] - 0x30)
      index += 1
    }
    return value
  }
}
