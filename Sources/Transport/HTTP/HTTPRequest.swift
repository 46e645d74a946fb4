/// One request as the server hands it to the routes: head parsed, body whole.
package struct HTTPRequest: Sendable {
  /// As sent, case-sensitive (RFC 9110 §9.1): "GET".
  package var method: String
  /// The request target as sent: path, then `?query` if any.
  package var target: String
  package var fields: HTTPFields
  /// Complete and de-chunked; at most the bound the server was given for this head.
  package var body: [UInt8]
  package var peer: Peer

  /// Who is on the other end of the socket.
  package enum Peer: Sendable, Equatable {
    case ip(IPAddress, port: UInt16)
    /// The control socket; the credentials come from SO_PEERCRED.
    case local(uid: UInt32, pid: Int32)
  }

  package init(
    method: String, target: String, fields: HTTPFields = HTTPFields(), body: [UInt8] = [],
    peer: Peer
  ) {
    self.method = method
    self.target = target
    self.fields = fields
    self.body = body
    self.peer = peer
  }

  /// The part before `?`, still percent-encoded.
  package var path: Substring {
    let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
    return target[..<mark]
  }

  /// The part after the first `?`, still percent-encoded; empty when there is none.
  package var query: Substring {
    guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return "" }
    return target[target.utf8.index(after: mark)...]
  }
}
