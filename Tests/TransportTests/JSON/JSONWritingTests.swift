import TestSupport
import Testing

@testable import Transport

@Suite struct JSONWritingTests {
  @Test func `the compact form has no white space and keeps order and digits`() throws {
    let text = #"{"b":[1,2.50,-0,1E5,{}],"a":{"x":null,"y":[true,false]},"c":""}"#
    #expect(try JSONValue(parsing: text).text == text)
    let spaced = "{ \"b\" : [ 1 ,\n 2 ] }"
    #expect(try JSONValue(parsing: spaced).text == #"{"b":[1,2]}"#)
  }

  @Test func `only what must be escaped is`() {
    let value = JSONValue("\"\\/\u{8}\u{C}\n\r\t\u{0}\u{1}\u{1F}\u{7F}é\u{2028}😀")
    let escapes = #"\"\\/\b\f\n\r\t\u0000\u0001\u001f"#
    #expect(value.text == "\"\(escapes)\u{7F}é\u{2028}😀\"")
  }

  @Test func `the pretty form is for people`() throws {
    let value = try JSONValue(parsing: #"{"a":[1,{"b":"c"}],"d":{},"e":[]}"#)
    #expect(
      value.pretty() == """
        {
          "a": [
            1,
            {
              "b": "c"
            }
          ],
          "d": {},
          "e": []
        }
        """)
    #expect(try JSONValue(parsing: value.pretty()) == value)
  }

  @Test func `writing appends`() {
    var out = Array("x=".utf8)
    JSONObject([.init(name: "a", value: 1)]).write(to: &out)
    JSONValue.writeString("b", to: &out)
    #expect(String(decoding: out, as: UTF8.self) == #"x={"a":1}"b""#)
  }

  @Test(arguments: 0..<200)
  func `what is written is read back the same`(seed: UInt64) throws {
    var generator = JSONGenerator(seed: seed)
    let value = generator.value()
    let bytes = value.bytes
    let again = try JSONValue(parsing: bytes)
    #expect(again == value)
    #expect(again.bytes == bytes)
    #expect(again.hashValue == value.hashValue)
    #expect(try JSONValue(parsing: value.pretty()) == value)
  }

  @Test(arguments: 0..<50)
  func `a damaged text is refused or written back as read`(seed: UInt64) throws {
    var generator = JSONGenerator(seed: seed)
    let bytes = generator.value().bytes
    for _ in 0..<200 {
      var damaged = bytes
      let index = Int.random(in: 0..<damaged.count, using: &generator.random)
      damaged[index] = UInt8.random(in: 0...255, using: &generator.random)
      guard let value = try? JSONValue(parsing: damaged) else { continue }
      #expect(try JSONValue(parsing: value.bytes) == value)
    }
  }
}
