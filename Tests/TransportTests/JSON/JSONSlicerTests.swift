import TestSupport
import Testing
import Transport

@Suite("Slicing JSON without building values")
struct JSONSlicerTests {
  @Test func `members and elements are found where they stand, spaces or not`() throws {
    let text = #" { "a" : [1, {"x":"}"}, "]"], "b\"c":"\\", "d":{} }"#
    let bytes = Array(text.utf8)
    func slice(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    let members = try #require(JSONSlicer.members(of: bytes))
    #expect(members.map { slice($0.name) } == ["a", #"b\"c"#, "d"])
    #expect(members.map { slice($0.value) } == [#"[1, {"x":"}"}, "]"]"#, #""\\""#, "{}"])
    let elements = JSONSlicer.elements(of: bytes.span, in: members[0].value)
    #expect(elements?.map(slice) == ["1", #"{"x":"}"}"#, #""]""#])
  }

  @Test(arguments: ["", "{", "[]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":\"", "{\"a\\"])
  func `what is no whole object has no members`(text: String) {
    #expect(JSONSlicer.members(of: Array(text.utf8)) == nil)
  }

  @Test func `each slice of a written value parses to the member it is`() throws {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<200 {
      let value = Self.object(depth: 3, &random)
      let bytes = value.bytes
      let members = try #require(JSONSlicer.members(of: bytes))
      #expect(members.count == value.count)
      for (member, slice) in zip(value.members, members) {
        #expect(try JSONValue(parsing: Array(bytes[slice.value])) == member.value)
      }
    }
  }

  private static func object(depth: Int, _ random: inout SeededGenerator) -> JSONObject {
    JSONObject(
      (0..<Int.random(in: 0...4, using: &random)).map { number in
        JSONObject.Member(name: "m\(number)\"\\{", value: value(depth: depth, &random))
      })
  }

  private static func value(depth: Int, _ random: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 5 : 3), using: &random) {
    case 0: "a \"quoted\" }]\\ text"
    case 1: JSONValue(Int.random(in: -99...99, using: &random))
    case 2: nil
    case 3: .object(object(depth: depth - 1, &random))
    default: .array((0..<3).map { _ in value(depth: depth - 1, &random) })
    }
  }
}
