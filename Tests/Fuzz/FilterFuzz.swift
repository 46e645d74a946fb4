import Transport

/// Looks for filters that crash or hang the parser or the matcher, or that mean something else once
/// they are printed and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: start, count: count)
  guard let text = String(validating: bytes, as: UTF8.self) else { return 0 }
  guard let filter = try? SCIMFilter(parsing: text) else { return 0 }
  let printed = filter.description
  guard let again = try? SCIMFilter(parsing: printed) else {
    preconditionFailure("what was printed is refused: \(printed)")
  }
  precondition(again.description == printed, "printing is not stable")
  for (type, resources) in samples {
    let matcher = try? SCIMMatcher(filter, type: type)
    let other = try? SCIMMatcher(again, type: type)
    precondition((matcher == nil) == (other == nil), "only one of both is refused")
    guard let matcher, let other else { continue }
    precondition(matcher.equalities == other.equalities)
    for resource in resources {
      let verdict = matcher.matches(resource)
      precondition(verdict == other.matches(resource), "the verdicts differ")
      for equality in matcher.equalities where verdict {
        let term = "\(equality.path) eq \(JSONValue.string(equality.value).text)"
        let single = try? SCIMMatcher(SCIMFilter(parsing: term), type: type)
        precondition(single?.matches(resource) ?? true, "a match lacks a term it must fulfil")
      }
    }
  }
  return 0
}

/// Resources as they are stored, full and bare, and one with values of unexpected kinds.
private let samples: [(SCIMResourceType, [[UInt8]])] = [
  (
    .user,
    [
      #"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u1","externalId":"X","#
        + #""userName":"Ada@Example.com","name":{"familyName":"L\u00f6\"w","givenName":"Ada"},"#
        + #""title":"\u00c4rztin","active":true,"emails":[{"value":"ada@example.com","type":"work","#
        + #""primary":true},{"value":"ada@home.org","type":"home"}],"roles":[{"primary":true}],"#
        + #""urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Tools","#
        + #""manager":{"value":"m1"}},"meta":{"resourceType":"User","#
        + #""created":"2026-01-01T00:00:00.000Z","lastModified":"2026-02-01T00:00:00.000Z","#
        + #""version":"W/\"7\""}}"#,
      #"{"schemas":[],"id":"u2","userName":"","active":false,"emails":[],"meta":{}}"#,
      #"{"id":5,"userName":["a",{"value":"b"}],"name":"n","emails":{"value":1.5e3},"active":null}"#,
    ].map { Array($0.utf8) }
  ),
  (
    .group,
    [
      #"{"id":"g","displayName":"Red","members":[{"value":"a","display":"A","type":"User"}]}"#
    ].map { Array($0.utf8) }
  ),
]
