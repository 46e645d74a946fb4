import Transport

/// What became of one operation of a bulk request.
package struct SCIMBulkResult: Sendable, Equatable {
  package let status: Int
  /// Where the resource is; nil when a POST made none, or the path led nowhere.
  package let location: String?
  package let version: String?
  /// The Error message of a failure, which alone is told in full.
  package let error: [UInt8]?

  package init(status: Int, location: String?, version: String?, error: [UInt8]?) {
    self.status = status
    self.location = location
    self.version = version
    self.error = error
  }

  package init(_ error: SCIMError, location: String? = nil) {
    self.init(status: error.status, location: location, version: nil, error: error.body())
  }

  package var failed: Bool { status >= 400 }
}

/// The answer to a bulk request (RFC 7644 §3.7), written piece by piece.
package enum SCIMBulkResponse {
  package static let schema = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"

  /// - Parameter results: beside their operations, in the request's order; nil for one that was
  ///   not processed.
  package static func body(
    _ operations: [SCIMBulkOperation], _ results: [SCIMBulkResult?]
  ) -> [UInt8] {
    var out = Array("{\"schemas\":[\"\(schema)\"],\"Operations\":[".utf8)
    var isFirst = true
    for (operation, result) in zip(operations, results) {
      guard let result else { continue }
      if !isFirst { out.append(UInt8(ascii: ",")) }
      isFirst = false
      write(operation, result, to: &out)
    }
    out.append(contentsOf: "]}".utf8)
    return out
  }

  private static func write(
    _ operation: SCIMBulkOperation, _ result: SCIMBulkResult, to out: inout [UInt8]
  ) {
    let texts = [
      ("location", result.location), ("bulkId", operation.bulkId), ("version", result.version),
      ("status", String(result.status)),
    ]
    out.append(contentsOf: "{\"method\":".utf8)
    JSONValue.writeString(operation.method, to: &out)
    for case (let name, let text?) in texts {
      out.append(contentsOf: ",\"\(name)\":".utf8)
      JSONValue.writeString(text, to: &out)
    }
    if let error = result.error {
      out.append(contentsOf: ",\"response\":".utf8)
      out.append(contentsOf: error)
    }
    out.append(UInt8(ascii: "}"))
  }
}
