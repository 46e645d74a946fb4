/// The envelope of a list (RFC 7644 §3.4.2), around resources that are bytes already; head, elements
/// and tail can be sent one after the other.
package enum SCIMListResponse {
  package static let schema = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

  /// - Parameters:
  ///   - total: all matches, also those on other pages.
  ///   - count: the resources that follow.
  package static func head(total: Int, startIndex: Int, count: Int) -> [UInt8] {
    Array(
      ("{\"schemas\":[\"\(schema)\"],\"totalResults\":\(total),\"startIndex\":\(startIndex),"
        + "\"itemsPerPage\":\(count),\"Resources\":[").utf8)
  }

  package static let tail: [UInt8] = Array("]}".utf8)

  package static func body(total: Int, startIndex: Int, resources: [[UInt8]]) -> [UInt8] {
    var out = head(total: total, startIndex: startIndex, count: resources.count)
    out.reserveCapacity(resources.reduce(out.count + 2) { $0 + $1.count + 1 })
    for index in resources.indices {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append(contentsOf: resources[index])
    }
    out.append(contentsOf: tail)
    return out
  }
}
