/// What a route answers. The server adds Date, Content-Length or chunked framing and Connection.
package struct HTTPResponse: Sendable {
  package var status: Int
  package var fields: HTTPFields
  package var body: Body

  package enum Body: Sendable {
    /// Sent with Content-Length.
    case bytes([UInt8])
    /// Sent chunked, as it is produced; the closure returns when the body ends. `write` suspends
    /// while the peer is slow and throws once it is gone. On HTTP/1.0 the connection closes at the end.
    case stream(@Sendable (_ write: (_ chunk: [UInt8]) async throws -> Void) async throws -> Void)
    /// Nothing is sent and the connection is reset: how a receiver that breaks is played.
    case reset
  }

  package init(status: Int, fields: HTTPFields = HTTPFields(), body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = .bytes(body)
  }

  package init(status: Int, fields: HTTPFields = HTTPFields(), stream body: Body) {
    self.status = status
    self.fields = fields
    self.body = body
  }
}
