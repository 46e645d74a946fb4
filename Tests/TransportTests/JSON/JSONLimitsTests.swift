import Testing

@testable import Transport

@Suite struct JSONLimitsTests {
  @Test func `64 levels are read and 65 are not`() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try JSONValue(parsing: nested(64))
    #expect(throws: JSONError.tooDeep(offset: 64, limit: 64)) {
      try JSONValue(parsing: nested(65))
    }
    #expect(throws: JSONError.tooDeep(offset: 64, limit: 64)) {
      try JSONValue(parsing: String(repeating: "[", count: 100_000))
    }
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: String(repeating: #"{"a":"#, count: 65))
    }
  }

  @Test func `depth counts levels, not values`() throws {
    let many = "[" + Array(repeating: "[[]]", count: 1000).joined(separator: ",") + "]"
    #expect(try JSONValue(parsing: many, limits: JSONLimits(depth: 3)).array?.count == 1000)
  }

  @Test func `length and number of values are bounded`() {
    #expect(throws: JSONError.tooLong(bytes: 5, limit: 4)) {
      try JSONValue(parsing: "[1,2]", limits: JSONLimits(bytes: 4))
    }
    #expect(throws: JSONError.tooManyValues(offset: 3, limit: 2)) {
      try JSONValue(parsing: "[1,2]", limits: JSONLimits(values: 2))
    }
  }

  @Test func `a repeated name is found in a large object`() throws {
    let names = (0..<20_000).map { #""name\#($0)":\#($0)"# }.joined(separator: ",")
    let object = try #require(JSONValue(parsing: "{\(names)}").object)
    #expect(object.count == 20_000)
    for repeated in ["name0", "name23", "name24", "name25", "name19999"] {
      #expect(throws: JSONError.duplicateName(offset: 2 + names.utf8.count)) {
        try JSONValue(parsing: "{\(names),\"\(repeated)\":0}")
      }
    }
  }

  @Test func `large objects compare and hash without regard to order`() throws {
    let members = (0..<20_000).map { JSONObject.Member(name: "n\($0)", value: JSONValue($0)) }
    let forward = JSONObject(members)
    let backward = JSONObject(members.reversed())
    var other = backward
    other["n7"] = "seven"
    #expect(forward == backward)
    #expect(forward.hashValue == backward.hashValue)
    #expect(forward != other)
  }
}
