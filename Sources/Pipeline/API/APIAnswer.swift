import Transport

/// What an operation answers before it becomes bytes: one envelope for everything.
enum APIAnswer: Sendable {
  /// `{"data": …}`; the bytes are one JSON value.
  case data([UInt8])
  /// `{"data": […], "meta": {…}}`.
  case page([[UInt8]], current: String?, next: String?)
  case nothing
  /// As it is, without an envelope.
  case document(Document)
  /// `{"data": …}` with the tag that tells whether it is still the same.
  case tagged([UInt8], EntityTag)
  /// 304: the caller has it already.
  case unchanged(EntityTag)
  /// JSON lines as they come.
  case lines(HTTPResponse.Body)
  /// Server-sent events as they come.
  case eventStream(HTTPResponse.Body)

  /// A whole body that was made before anybody asked.
  struct Document: Sendable {
    var mediaType: String
    var fields: [(String, String)] = []
    var bytes: [UInt8]
  }

  static func data(_ value: JSONValue) -> APIAnswer { .data(value.bytes) }

  func response(status: Int, requestId: String) -> HTTPResponse {
    var fields = HTTPFields(["cache-control": "no-store", "x-request-id": requestId])
    switch self {
    case .data(let value):
      fields["content-type"] = "application/json"
      return HTTPResponse(
        status: status, fields: fields, body: Array("{\"data\":".utf8) + value + [0x7D])
    case .tagged(let value, let tag):
      fields["etag"] = tag.text
      // Whoever keeps it asks each time whether it is still the same.
      fields["cache-control"] = "private, no-cache"
      fields["content-type"] = "application/json"
      return HTTPResponse(
        status: status, fields: fields, body: Array("{\"data\":".utf8) + value + [0x7D])
    case .unchanged(let tag):
      fields["etag"] = tag.text
      fields["cache-control"] = "private, no-cache"
      return HTTPResponse(status: 304, fields: fields)
    case .page(let items, let current, let next):
      fields["content-type"] = "application/json"
      let body = Self.envelope(items, current: current, next: next)
      return HTTPResponse(status: status, fields: fields, body: body)
    case .nothing:
      return HTTPResponse(status: status, fields: fields)
    case .document(let document):
      fields["content-type"] = document.mediaType
      for (name, value) in document.fields { fields[name] = value }
      return HTTPResponse(status: status, fields: fields, body: document.bytes)
    case .lines(let body):
      fields["content-type"] = "application/x-ndjson"
      return HTTPResponse(status: status, fields: fields, stream: body)
    case .eventStream(let body):
      fields["content-type"] = "text/event-stream"
      // nginx would gather the stream otherwise.
      fields["x-accel-buffering"] = "no"
      return HTTPResponse(status: status, fields: fields, stream: body)
    }
  }

  private static func envelope(_ items: [[UInt8]], current: String?, next: String?) -> [UInt8] {
    let meta: JSONValue = [
      "next": .text(next), "current": .text(current), "itemsOnPage": JSONValue(items.count),
    ]
    var out: [UInt8] = []
    out.reserveCapacity(items.reduce(512) { $0 + $1.count + 1 })
    out.append(contentsOf: "{\"data\":[".utf8)
    for (index, item) in items.enumerated() {
      if index > 0 { out.append(0x2C) }
      out += item
    }
    out += Array("],\"meta\":".utf8)
    meta.write(to: &out)
    out.append(0x7D)
    return out
  }
}
