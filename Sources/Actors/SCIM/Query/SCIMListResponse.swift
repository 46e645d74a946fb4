/// The envelope of a list (RFC 7644 §3.4.2), around resources that are bytes already; head, elements
/// and tail can be sent one after the other.
package enum SCIMListResponse {
  package static let schema = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

  /// - Parameters:
  ///   - total: all matches, also those on other pages; nil where counting them would cost more
  ///     than the page.
  ///   - startIndex: nil for a page found by a cursor.
  ///   - count: the resources that follow.
  ///   - next: the cursor of the next page, if there is one.
  package static func head(
    total: Int?, startIndex: Int?, count: Int, next: String? = nil
  ) -> [UInt8] {
    var out = Array("{\"schemas\":[\"\(schema)\"]".utf8)
    if let total { append("totalResults", total, to: &out) }
    if let startIndex { append("startIndex", startIndex, to: &out) }
    append("itemsPerPage", count, to: &out)
    if let next { out.append(contentsOf: ",\"nextCursor\":\"\(next)\"".utf8) }
    out.append(contentsOf: ",\"Resources\":[".utf8)
    return out
  }

  private static func append(_ name: String, _ value: Int, to out: inout [UInt8]) {
    out.append(contentsOf: ",\"\(name)\":\(value)".utf8)
  }

  package static let tail: [UInt8] = Array("]}".utf8)

  package static func body(
    total: Int?, startIndex: Int?, resources: [[UInt8]], next: String? = nil
  ) -> [UInt8] {
    let head = head(total: total, startIndex: startIndex, count: resources.count, next: next)
    var out = [UInt8]()
    out.reserveCapacity(resources.reduce(head.count + 2) { $0 + $1.count + 1 })
    out.append(contentsOf: head)
    for index in resources.indices {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append(contentsOf: resources[index])
    }
    out.append(contentsOf: tail)
    return out
  }
}
