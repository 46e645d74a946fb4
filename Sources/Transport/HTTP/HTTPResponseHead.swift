/// The bytes of a response up to its body (RFC 9112 §4); the only place that frames an answer.
enum HTTPResponseHead {
  enum Framing { case length(Int), chunked, untilClose, none }

  static func write(
    status: Int, fields: HTTPFields, framing: Framing, closing: Bool, date: [UInt8],
    to out: inout [UInt8]
  ) {
    out.append(contentsOf: statusLine(status).utf8)
    for field in fields.fields { write(field, to: &out) }
    out.append(contentsOf: date)
    switch framing {
    case .length(let length):
      out.append(contentsOf: "Content-Length: ".utf8)
      out.append(contentsOf: String(length).utf8)
      out.append(contentsOf: "\r\n".utf8)
    case .chunked: out.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
    case .untilClose, .none: break
    }
    out.append(contentsOf: (closing ? "Connection: close\r\n\r\n" : "\r\n").utf8)
  }

  /// A line break inside a value would let a caller's data start a header of its own.
  static func write(_ field: HTTPFields.Field, to out: inout [UInt8]) {
    out.append(contentsOf: field.name.utf8)
    out.append(contentsOf: ": ".utf8)
    let start = out.count
    out.append(contentsOf: field.value.utf8)
    for index in start..<out.count where !HTTPByte.isFieldValue(out[index]) {
      out[index] = HTTPByte.space
    }
    out.append(contentsOf: "\r\n".utf8)
  }

  private static func statusLine(_ status: Int) -> String {
    switch status {
    case 200: "HTTP/1.1 200 OK\r\n"
    case 201: "HTTP/1.1 201 Created\r\n"
    case 204: "HTTP/1.1 204 No Content\r\n"
    default: "HTTP/1.1 \(status) \(reason(status))\r\n"
    }
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 202: "Accepted"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 410: "Gone"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 415: "Unsupported Media Type"
    case 417: "Expectation Failed"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 505: "HTTP Version Not Supported"
    default: "Status"
    }
  }
}
