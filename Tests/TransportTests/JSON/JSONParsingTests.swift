import Testing

@testable import Transport

/// What RFC 8259 allows and what it does not, by hand.
@Suite struct JSONParsingTests {
  static let accepted: [String] = [
    "null", "true", "false", "0", "-0", "1", "-1", "10", "1.5", "-0.0", "1e5", "1E+5", "1e-5",
    "0e0", "0.1e1", "123456789012345678901234567890", "1e400", "\"\"", "\"a\"", "[]", "{}", "[1]",
    "[1,2]", "[[]]", "[{}]", "{\"a\":1}", "{\"a\":{\"b\":[]}}", "{\"\":0}", " \n\r\t1 \n\r\t",
    "[ 1 , 2 ]", "{ \"a\" : 1 , \"b\" : 2 }", #""\"\\\/\b\f\n\r\t""#, #""\u0041""#, #""\u00e9""#,
    #""\u00E9""#, #""\u0000""#, #""\uD834\udd1e""#, #""\uFFFF""#, "\"\u{7F}\"", "\"é€😀\"",
    "\"\u{2028}\u{2029}\"", "\"\u{FEFF}\"", "{\"A\":1,\"a\":2}", "[null,true,false,0,\"\",[],{}]",
    "\"12345678\"", "\"1234567é\"", "{\"a\":null}", "[\n]", "{\n}", "[0,1]", "\"/\"",
  ]

  static let refused: [String] = [
    "", " ", "\n", "nul", "nulll", "Null", "TRUE", "tru", "fals", "falsee", "+1", "01", "-01",
    "00", "-", ".5", "1.", "1.e1", "1e", "1e+", "1E-", "-.5", "0x10", "1_000", "1,", "NaN",
    "Infinity", "-Infinity", "1 2", "--1", "1a", "1.2.3", "1e1.5", "\"", "\"a", "'a'", "a",
    "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", "[1,,2]", "[1}", "[]]", "[] []",
    "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{1:1}", "{a:1}",
    "{'a':1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\"::1}", "{\"a\":1]", "{}{}", "{\"a\"}",
    "{\"a\",\"b\"}", "{null:1}", "\"\n\"", "\"\t\"", "\"\u{0}\"", "\"\u{1F}\"", #""\"#, #""\a""#,
    #""\v""#, #""\'""#, #""\x41""#, #""\u""#, #""\u1""#, #""\u12""#, #""\u123""#, #""\u123g""#,
    #""\U0041""#, #""\u+123""#, #""\u 123""#, #""\uD800""#, #""\uDC00""#, #""\uD800\u0041""#,
    #""\uD800a""#, #""\uD800\"#, #""\uD800\n""#, #""\uD800\uD800""#, #""\uDC00\uD800""#,
    "\u{FEFF}1",
    "\u{A0}1", "1\u{A0}", "\u{B}1", "\u{C}1", "1\u{0}", "// a\n1", "/* a */ 1", "1 // a", "[1]//",
    "{\"a\":1,\"a\":1}", #"{"a":1,"\u0061":2}"#, "{\"b\":{\"a\":1,\"a\":2}}", "*", "&", "\\n", "#1",
  ]

  @Test(arguments: accepted)
  func `every valid text is read`(text: String) throws {
    _ = try JSONValue(parsing: text)
  }

  @Test(arguments: refused)
  func `every invalid text is refused`(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test(arguments: accepted)
  func `every prefix of a valid text is refused or shorter`(text: String) {
    let bytes = Array(text.utf8)
    for count in 0..<bytes.count {
      let value = try? JSONValue(parsing: Array(bytes[..<count]))
      if let value { #expect(value.bytes.count <= count) }
    }
  }

  /// Not one of these can be written as a Swift string.
  static let badUTF8: [[UInt8]] = [
    [0xFF], [0xFE], [0x80], [0xBF], [0xC3], [0xC3, 0x28], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
    [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xF0, 0x80, 0x80, 0xAF],
    [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
    [0xF8, 0x88, 0x80, 0x80, 0x80],
  ]

  @Test(arguments: badUTF8)
  func `malformed, overlong and surrogate UTF-8 is refused`(bytes: [UInt8]) {
    for padding in 0..<10 {
      let quote = UInt8(ascii: "\"")
      let lead = [UInt8](repeating: UInt8(ascii: "a"), count: padding)
      #expect(throws: JSONError.invalidUTF8(offset: 1 + padding)) {
        try JSONValue(parsing: [quote] + lead + bytes + [quote])
      }
      #expect(throws: JSONError.invalidUTF8(offset: 1)) {
        try JSONValue(parsing: [quote] + lead + bytes + Array(#"\n""#.utf8))
      }
      #expect(throws: JSONError.self) { try JSONValue(parsing: lead + bytes) }
    }
  }

  @Test func `values are what the text says`() throws {
    let value = try JSONValue(
      parsing: #"{"s":"a\u00e9\ud83d\ude00\/\"","n":-12.50e1,"t":true,"f":false,"z":null,"a":[1]}"#)
    #expect(value["s"] == "aé😀/\"")
    #expect(value["n"]?.number?.text == "-12.50e1")
    #expect(value["t"] == true)
    #expect(value["f"] == false)
    #expect(value["z"] == .null)
    #expect(value["a"] == [1])
    #expect(value.object?.members.map(\.name) == ["s", "n", "t", "f", "z", "a"])
  }

  @Test func `errors name the byte`() {
    func error(_ text: String) -> JSONError? {
      do throws(JSONError) {
        _ = try JSONValue(parsing: text)
        return nil
      } catch {
        return error
      }
    }
    #expect(error(#"{"a":1,"b":x}"#) == .unexpectedCharacter(offset: 11))
    #expect(error(#"{"a":1} x"#) == .trailingBytes(offset: 8))
    #expect(error(#"{"a":1,"a":2}"#) == .duplicateName(offset: 7))
    #expect(error(#"["ab"#) == .unexpectedEnd(offset: 4))
    #expect(error(#"["\ud800"]"#) == .loneSurrogate(offset: 2))
    #expect(error(#"["\q"]"#) == .invalidEscape(offset: 2))
    #expect(error("[\"a\n\"]") == .controlCharacter(offset: 3))
    #expect(error("[01]") == .invalidNumber(offset: 1))
    #expect(error("[1.x]") == .invalidNumber(offset: 3))
    #expect("\(JSONError.unexpectedCharacter(offset: 17))" == "unexpected character at byte 17")
  }
}
