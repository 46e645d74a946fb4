extension HTTPRequestParser {
  /// Room taken ahead for a declared body; a longer one grows as it arrives.
  private static let reserveAhead = 64 * 1024

  /// Leaves `.headDone`, now that the owner has set the limit.
  mutating func beginBody() {
    switch framing {
    case .none: state = .done
    case .length(let length) where length > bodyLimit:
      state = .failed(.bodyTooLarge(limit: bodyLimit))
    case .length(0): state = .done
    case .length(let length):
      body.reserveCapacity(min(length, Self.reserveAhead))
      state = .fixedBody(left: length)
    case .chunked: state = .chunkSize
    }
  }

  /// Copies body bytes. False when the input is used up first.
  mutating func parseData(
    _ input: Span<UInt8>, at position: inout Int
  ) throws(HTTPRejection) -> Bool {
    switch state {
    case .fixedBody(let left):
      let taken = append(input, at: &position, atMost: left)
      state = taken == left ? .done : .fixedBody(left: left - taken)
      return taken == left
    case .chunkData(let left):
      let taken = append(input, at: &position, atMost: left)
      state = taken == left ? .chunkEnd : .chunkData(left: left - taken)
      return taken == left
    default: return true
    }
  }

  private mutating func append(
    _ input: Span<UInt8>, at position: inout Int, atMost limit: Int
  ) -> Int {
    let count = min(limit, input.count - position)
    body.append(copying: input.extracting(position..<position + count))
    position += count
    return count
  }

  /// `chunk-size [ chunk-ext ]` (RFC 9112 §7.1); extensions are checked for characters and ignored.
  mutating func parseChunkSize(_ line: Span<UInt8>) throws(HTTPRejection) {
    var size = 0
    var index = 0
    while index < line.count, let digit = HTTPByte.hexDigit(line[index]) {
      guard size <= Int.max >> 4 else { throw .bodyTooLarge(limit: bodyLimit) }
      size = size << 4 | digit
      index += 1
    }
    guard index > 0 else { throw .badRequest(.chunk) }
    chunkOverhead += max(0, line.count - 16)
    guard chunkOverhead <= Self.maxChunkOverhead else { throw .badRequest(.chunk) }
    while index < line.count, HTTPByte.isBlank(line[index]) { index += 1 }
    guard index == line.count || line[index] == UInt8(ascii: ";") else {
      throw .badRequest(.chunk)
    }
    for rest in index..<line.count where !HTTPByte.isFieldValue(line[rest]) {
      throw .badRequest(.chunk)
    }
    guard size <= bodyLimit - body.count else { throw .bodyTooLarge(limit: bodyLimit) }
    state = size == 0 ? .trailers : .chunkData(left: size)
  }
}

extension [UInt8] {
  /// Appends a stretch of borrowed bytes.
  mutating func append(copying bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
