package import Transport

/// A request rendered once, with places where a number is patched in for each use.
package struct BenchRequest: Sendable {
  package private(set) var bytes: [UInt8]
  private let places: [Int]
  /// Where the number of who leads that one goes.
  private let leaderPlaces: [Int]
  /// Digits of a patched number.
  package static let width = 10
  package static let mark = "##########"
  /// Where the number of a person's manager goes: those on top of a tree come first.
  package static let leaderMark = "@@@@@@@@@@"
  /// People who report to one manager.
  package static let span = 8

  /// - Parameter text: `##########` stands where the number goes, `@@@@@@@@@@` where that of the
  ///   manager does.
  package init(_ text: String) {
    bytes = Array(text.utf8)
    places = Self.places(of: Self.mark, in: bytes)
    leaderPlaces = Self.places(of: Self.leaderMark, in: bytes)
  }

  private static func places(of mark: String, in bytes: [UInt8]) -> [Int] {
    let mark = Array(mark.utf8)
    var places: [Int] = []
    var index = 0
    while index + mark.count <= bytes.count {
      if bytes[index] == mark[0] && Array(bytes[index..<(index + mark.count)]) == mark {
        places.append(index)
        index += mark.count
      } else {
        index += 1
      }
    }
    return places
  }

  package mutating func patch(_ number: Int) {
    patch(number, at: places)
    if !leaderPlaces.isEmpty { patch(number / Self.span, at: leaderPlaces) }
  }

  private mutating func patch(_ number: Int, at places: [Int]) {
    for place in places {
      var rest = number
      for digit in (0..<Self.width).reversed() {
        bytes[place + digit] = UInt8(0x30 + rest % 10)
        rest /= 10
      }
    }
  }

  /// Puts other text of the same length in the first place.
  package mutating func patch(_ text: ArraySlice<UInt8>, at offset: Int) {
    bytes.replaceSubrange(offset..<(offset + text.count), with: text)
  }

  // MARK: - The calls that are measured

  /// - Parameters:
  ///   - title: needs no escaping.
  ///   - hasManager: one in `span` people leads the others.
  package static func create(
    base: HTTPURL, token: Secret, run: String, title: String = "Tour Guide",
    hasManager: Bool = false
  ) -> BenchRequest {
    let manager = hasManager ? #","manager":{"value":"00ubench\#(run)\#(leaderMark)"}"# : ""
    let body = """
      {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User",\
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],\
      "userName":"\(userName(run))","name":{"givenName":"Barbara","familyName":"Jensen"},\
      "emails":[{"primary":true,"value":"\(userName(run))","type":"work"}],\
      "displayName":"Barbara Jensen","title":"\(title)","locale":"en-US",\
      "phoneNumbers":[{"value":"+1 212 555 0142","type":"work"}],\
      "externalId":"00ubench\(run)\(mark)","groups":[],"password":"1mz050nq","active":true,\
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"\(mark)",\
      "costCenter":"CC-4100","division":"Product","department":"Engineering"\(manager)}}
      """
    return BenchRequest(write("POST", base, "/Users", token, body))
  }

  package static func filter(base: HTTPURL, token: Secret, run: String) -> BenchRequest {
    let name = userName(run).split(separator: "@").joined(separator: "%40")
    let target = "/Users?filter=userName%20eq%20%22\(name)%22&startIndex=1&count=100"
    return BenchRequest(head("GET", base, target, token) + "\r\n")
  }

  /// - Returns: the request, and where in it the id stands.
  package static func get(
    base: HTTPURL, token: Secret, id: String
  ) -> (request: BenchRequest, place: Int) {
    let request = BenchRequest(head("GET", base, "/Users/\(id)", token) + "\r\n")
    return (request, "GET \(base.target)/Users/".utf8.count)
  }

  /// Switches a user off or on, as Okta does.
  ///
  /// - Returns: the request, and where in it the id stands.
  package static func patchActive(
    _ active: Bool, base: HTTPURL, token: Secret, id: String
  ) -> (request: BenchRequest, place: Int) {
    let body =
      #"{"schemas":["\#(patchOp)"],"Operations":[{"op":"replace","value":"#
      + #"{"active":\#(active)}}]}"#
    return (
      BenchRequest(write("PATCH", base, "/Users/\(id)", token, body)),
      "PATCH \(base.target)/Users/".utf8.count
    )
  }

  /// - Parameter members: their values; none needs escaping.
  package static func createGroup(
    base: HTTPURL, token: Secret, name: String, members: [String]
  ) -> BenchRequest {
    let list = members.map { #"{"value":"\#($0)"}"# }.joined(separator: ",")
    let body =
      #"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"#
      + #""displayName":"\#(name)","members":[\#(list)]}"#
    return BenchRequest(write("POST", base, "/Groups?excludedAttributes=members", token, body))
  }

  /// Adds or removes the one member that belongs to a connection.
  package static func patchMember(
    adds: Bool, base: HTTPURL, token: Secret, group: String
  ) -> BenchRequest {
    let member = "bench-\(mark)"
    let operation =
      adds
      ? #"{"op":"add","path":"members","value":[{"value":"\#(member)"}]}"#
      : #"{"op":"remove","path":"members[value eq \"\#(member)\"]"}"#
    let body = #"{"schemas":["\#(patchOp)"],"Operations":[\#(operation)]}"#
    return BenchRequest(write("PATCH", base, "/Groups/\(group)", token, body))
  }

  private static let patchOp = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

  private static func write(
    _ method: String, _ base: HTTPURL, _ target: String, _ token: Secret, _ body: String
  ) -> String {
    head(method, base, target, token) + "Content-Type: application/scim+json; charset=utf-8\r\n"
      + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  private static func userName(_ run: String) -> String { "b\(run)\(mark)@example.com" }

  private static func head(
    _ method: String, _ base: HTTPURL, _ target: String, _ token: Secret
  ) -> String {
    "\(method) \(base.target)\(target) HTTP/1.1\r\nHost: \(base.authority)\r\n"
      + "Authorization: \(token.reveal())\r\nAccept: application/scim+json\r\n"
      + "User-Agent: Okta SCIM Client 1.0.0\r\n"
  }
}
