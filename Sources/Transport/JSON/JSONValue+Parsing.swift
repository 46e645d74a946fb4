extension JSONValue {
  /// Reads exactly one JSON text (RFC 8259): no byte order mark, nothing after it but white space.
  ///
  /// - Throws: the first fact that makes `bytes` unacceptable, with its byte offset.
  package init(
    parsing bytes: Span<UInt8>, limits: JSONLimits = .standard
  ) throws(JSONError) {
    var parser = JSONParser(limits: limits)
    self = try parser.parse(bytes)
  }

  package init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
    try self.init(parsing: bytes.span, limits: limits)
  }

  package init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
    try self.init(parsing: text.utf8Span.span, limits: limits)
  }
}
