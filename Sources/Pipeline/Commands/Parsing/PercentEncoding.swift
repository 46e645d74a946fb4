/// Text in a query, every byte but the unreserved ones encoded: a space is %20 (RFC 3986 §2.1).
enum PercentEncoding {
  static func query(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.reduce(into: "") { result, byte in
      let scalar = Character(Unicode.Scalar(byte))
      if scalar.isASCII && (scalar.isLetter || scalar.isNumber || "-._~".contains(scalar)) {
        result.append(scalar)
      } else {
        result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }
}
