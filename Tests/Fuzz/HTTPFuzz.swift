/// Looks for bytes that crash or hang the request parser, or that mean something else when they
/// arrive in other pieces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let whole = Reading(bytes, pieces: [bytes.count])
  precondition(whole == Reading(bytes, pieces: Array(repeating: 1, count: bytes.count)))
  let cut = bytes.isEmpty ? 0 : Int(bytes[bytes.count / 2]) * bytes.count / 256
  precondition(whole == Reading(bytes, pieces: [cut, bytes.count - cut]))
  return 0
}

/// Everything the parser made of one connection.
private struct Reading: Equatable {
  private static let bodyLimit = 1000

  private var requests: [String] = []
  private var end = HTTPRequestParser.Step.needsMore

  init(_ bytes: [UInt8], pieces: [Int]) {
    var parser = HTTPRequestParser()
    var start = 0
    for piece in pieces {
      var position = 0
      let input = Array(bytes[start..<start + piece])
      start += piece
      var turns = 0
      while true {
        turns += 1
        precondition(turns <= 2 * piece + 8, "the parser goes round in circles")
        let before = position
        let step = parser.parse(input.span, at: &position)
        precondition(position >= before && position <= piece)
        if step == .needsMore { break }
        if case .rejected = step {
          end = step
          return
        }
        if step == .head { parser.bodyLimit = Self.bodyLimit }
        if step == .complete { take(&parser) }
      }
      precondition(position == piece, "input is left although more is wanted")
    }
  }

  private mutating func take(_ parser: inout HTTPRequestParser) {
    let keepsAlive = parser.keepsAlive
    let address = IPAddress(bytes: [127, 0, 0, 1])!
    let request = parser.take(peer: .ip(address, port: 1))
    precondition(request.body.count <= Self.bodyLimit)
    precondition(!request.method.isEmpty && !request.target.isEmpty)
    for field in request.fields.fields {
      precondition(!field.name.isEmpty && !field.value.contains { $0 == "\r" || $0 == "\n" })
    }
    requests.append(
      "\(request.method) \(request.target) \(request.fields) \(request.body) \(keepsAlive)")
  }
}
