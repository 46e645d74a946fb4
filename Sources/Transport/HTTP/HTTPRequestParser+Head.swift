extension HTTPRequestParser {
  /// A fragment is never sent (RFC 9112 §3.2).
  private static var fragmentMark: UInt8 { UInt8(ascii: "#") }

  /// `method SP request-target SP HTTP-version` with single spaces (RFC 9112 §3).
  mutating func parseRequestLine(_ line: Span<UInt8>) throws(HTTPRejection) {
    var index = 0
    while index < line.count, HTTPByte.isToken(line[index]) { index += 1 }
    guard index > 0, index < line.count, line[index] == HTTPByte.space else {
      throw .badRequest(.requestLine)
    }
    method = HTTPByte.text(line.extracting(0..<index))
    let start = index + 1
    index = start
    while index < line.count, HTTPByte.isTarget(line[index]), line[index] != Self.fragmentMark {
      index += 1
    }
    guard index > start, index < line.count, line[index] == HTTPByte.space else {
      throw .badRequest(index == line.count ? .requestLine : .target)
    }
    // As sent, so that a refusal from here on knows what was asked for.
    target = HTTPByte.text(line.extracting(start..<index))
    try parseVersion(line.extracting(index + 1..<line.count))
    try parseTarget(line.extracting(start..<index))
    state = .fields
  }

  private mutating func parseVersion(_ text: Span<UInt8>) throws(HTTPRejection) {
    guard text.count == 8, text[0] == 0x48, text[1] == 0x54, text[2] == 0x54, text[3] == 0x50,
      text[4] == 0x2F, (0x30...0x39).contains(text[5]), text[6] == 0x2E,
      (0x30...0x39).contains(text[7])
    else { throw .badRequest(.requestLine) }
    guard text[5] == 0x31 else { throw .versionNotSupported }
    isHTTP11 = text[7] != 0x30
  }

  /// Origin form; absolute form, whose host then counts (§3.2.2); `*` for OPTIONS.
  private mutating func parseTarget(_ bytes: Span<UInt8>) throws(HTTPRejection) {
    if method == "CONNECT" { throw .methodNotImplemented }
    let text = HTTPByte.text(bytes)
    if bytes[0] == UInt8(ascii: "/") {
      target = text
    } else if text == "*" {
      guard method == "OPTIONS" else { throw .badRequest(.target) }
      target = text
    } else {
      try parseAbsolute(text)
    }
  }

  private mutating func parseAbsolute(_ text: String) throws(HTTPRejection) {
    let scheme = text.prefix { $0 != ":" }
    let name = scheme.lowercased()
    let rest = text[scheme.endIndex...]
    guard name == "http" || name == "https", rest.hasPrefix("://") else {
      throw .badRequest(.target)
    }
    let authority = rest.dropFirst(3).prefix { $0 != "/" && $0 != "?" }
    guard !authority.isEmpty, Self.isHost(authority.utf8) else { throw .badRequest(.target) }
    hostFromTarget = String(authority)
    let path = rest[authority.endIndex...]
    target = path.hasPrefix("/") ? String(path) : "/" + path
  }

  /// `name ":" OWS value OWS` (§5.1); no space before the colon, no folding.
  mutating func parseField(_ line: Span<UInt8>) throws(HTTPRejection) {
    let (name, value) = try split(line)
    guard fields.fields.count < Self.maxFields else { throw .headerTooLarge(limit: headLimit) }
    fields.append(name, value)
  }

  /// Trailers are checked like fields and dropped: nothing here may depend on them.
  mutating func parseTrailer(_ line: Span<UInt8>) throws(HTTPRejection) {
    _ = try split(line)
  }

  private func split(
    _ line: Span<UInt8>
  ) throws(HTTPRejection) -> (name: String, value: String) {
    if HTTPByte.isBlank(line[0]) { throw .badRequest(.folding) }
    var colon = 0
    while colon < line.count, HTTPByte.isToken(line[colon]) { colon += 1 }
    guard colon < line.count else { throw .badRequest(.fieldLine) }
    guard colon > 0, line[colon] == HTTPByte.colon else { throw .badRequest(.fieldName) }
    var start = colon + 1
    while start < line.count, HTTPByte.isBlank(line[start]) { start += 1 }
    var end = line.count
    while end > start, HTTPByte.isBlank(line[end - 1]) { end -= 1 }
    for index in start..<end where !HTTPByte.isFieldValue(line[index]) {
      throw .badRequest(.fieldValue)
    }
    return (
      HTTPByte.text(line.extracting(0..<colon)), HTTPByte.text(line.extracting(start..<end))
    )
  }

  /// The empty line: what the fields mean together.
  mutating func finishHead() throws(HTTPRejection) {
    var meaning = HeadMeaning()
    for field in fields.fields { meaning.note(field) }
    try checkHost(meaning)
    framing = try framing(meaning)
    keepsAlive = isHTTP11 ? !meaning.closes : meaning.staysOpen && !meaning.closes
    if let expectation = meaning.expectation, isHTTP11 {
      guard expectation.lowercased() == "100-continue" else { throw .expectationFailed }
      expectsContinue = true
    }
    state = .headDone
  }

  private mutating func checkHost(_ meaning: HeadMeaning) throws(HTTPRejection) {
    guard meaning.hostCount <= 1, meaning.hostCount == 1 || !isHTTP11 else {
      throw .badRequest(.host)
    }
    if let host = meaning.host, !Self.isHost(host.utf8) { throw .badRequest(.host) }
    if let hostFromTarget { fields["Host"] = hostFromTarget }
  }

  /// RFC 9112 §6.1–6.3, refusing whatever two parsers could read in two ways.
  private func framing(_ meaning: HeadMeaning) throws(HTTPRejection) -> Framing {
    guard let coding = meaning.coding else {
      guard let length = meaning.length else { return .none }
      return .length(try Self.parseLength(length, all: fields))
    }
    guard meaning.length == nil else { throw .bothLengthAndTransferEncoding }
    // A 1.0 sender cannot know it (§6.1).
    guard isHTTP11 else { throw .badRequest(.transferEncoding) }
    let codings = HTTPByte.list(coding)
    guard codings.filter({ $0 == "chunked" }).count <= 1, !codings.isEmpty else {
      throw .badRequest(.transferEncoding)
    }
    guard codings == ["chunked"] else { throw .unsupportedTransferEncoding }
    return .chunked
  }

  /// Digits only; the same length said twice is one length, two lengths are none.
  private static func parseLength(
    _ text: String, all fields: HTTPFields
  ) throws(HTTPRejection) -> Int {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      fields.all("content-length").allSatisfy({ $0 == text })
    else { throw .badRequest(.contentLength) }
    // More digits than fit: certainly over every limit.
    return Int(text) ?? .max
  }

  /// Whether these bytes can be `host [":" port]`; an empty one is allowed (RFC 9110 §7.2).
  private static func isHost(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      // / \ ? # @ < > " ^ ` { | } may not stand in a host (RFC 3986 §3.2.2).
      case 0x2F, 0x5C, 0x3F, 0x23, 0x40, 0x3C, 0x3E, 0x22, 0x5E, 0x60, 0x7B...0x7D: false
      default: HTTPByte.isTarget(byte)
      }
    }
  }
}

/// What one walk over the fields finds that framing and connection handling need.
struct HeadMeaning {
  var hostCount = 0
  var host: String?
  var length: String?
  var coding: String?
  var closes = false
  var staysOpen = false
  var expectation: String?

  mutating func note(_ field: HTTPFields.Field) {
    // The length tells most fields apart before a byte is compared.
    switch field.name.utf8.count {
    case 4 where Self.same(field.name, "host"):
      hostCount += 1
      host = field.value
    case 6 where Self.same(field.name, "expect"): expectation = field.value
    case 10 where Self.same(field.name, "connection"):
      for option in HTTPByte.list(field.value) {
        if option == "close" { closes = true }
        if option == "keep-alive" { staysOpen = true }
      }
    case 14 where Self.same(field.name, "content-length"): length = length ?? field.value
    case 17 where Self.same(field.name, "transfer-encoding"):
      coding = coding.map { $0 + "," + field.value } ?? field.value
    default: break
    }
  }

  /// Both have the same length; `word` is lower case.
  private static func same(_ name: String, _ word: String) -> Bool {
    zip(name.utf8, word.utf8).allSatisfy { $0 == $1 || $0 | 0x20 == $1 && $1 >= 0x61 }
  }
}
