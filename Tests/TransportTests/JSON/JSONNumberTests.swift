import Testing

@testable import Transport

@Suite struct JSONNumberTests {
  static let equal: [(String, String)] = [
    ("1", "1.0"), ("1e2", "100"), ("-0", "0"), ("0", "0.0"), ("1.50", "1.5"), ("1E2", "1e+2"),
  ]
  static let different: [(String, String)] = [
    ("1", "2"), ("9007199254740992", "9007199254740993"),
    ("123456789012345678901234567890", "123456789012345678901234567891"), ("1e400", "1e500"),
    ("1", "-1"), ("0.1", "0.2"),
  ]

  @Test(arguments: equal)
  func `one number in two forms is equal and hashes alike`(left: String, right: String) {
    let (a, b) = (JSONNumber(text: left), JSONNumber(text: right))
    #expect(a == b)
    #expect(b == a)
    #expect(a.hashValue == b.hashValue)
  }

  @Test(arguments: different)
  func `numbers that a double confuses stay apart`(left: String, right: String) {
    #expect(JSONNumber(text: left) != JSONNumber(text: right))
  }

  @Test func `int and double answer what fits`() {
    #expect(JSONNumber(text: "41873").int == 41873)
    #expect(JSONNumber(text: "-9223372036854775808").int == Int.min)
    #expect(JSONNumber(text: "9223372036854775808").int == nil)
    #expect(JSONNumber(text: "1.0").int == nil)
    #expect(JSONNumber(text: "1e2").int == nil)
    #expect(JSONNumber(text: "2.5").double == 2.5)
    #expect(JSONNumber(text: "2.5").isInteger == false)
    #expect(JSONNumber(7).isInteger)
  }
}
