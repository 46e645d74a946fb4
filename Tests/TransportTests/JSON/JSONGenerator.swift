import TestSupport
import Transport

/// Random JSON values, nasty ones included; the same for the same seed.
struct JSONGenerator {
  var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func value(depth: Int = 0) -> JSONValue {
    switch Int.random(in: 0..<(depth < 5 ? 9 : 6), using: &random) {
    case 0: .null
    case 1: .bool(Bool.random(using: &random))
    case 2: .number(number())
    case 3, 4, 5: .string(string())
    case 6: .array((0..<Int.random(in: 0...6, using: &random)).map { _ in value(depth: depth + 1) })
    default: .object(object(depth: depth))
    }
  }

  mutating func object(depth: Int) -> JSONObject {
    var object = JSONObject()
    let isLarge = Int.random(in: 0..<8, using: &random) == 0
    let count = Int.random(in: 0...(isLarge ? 40 : 6), using: &random)
    for _ in 0..<count { object[string()] = value(depth: depth + 1) }
    return object
  }

  mutating func number() -> JSONNumber {
    let forms: [String] = [
      "\(Int.random(in: -1000...1000, using: &random))",
      "\(Int64.random(in: .min ... .max, using: &random))",
      "\(Double.random(in: -1e6...1e6, using: &random))",
      "\(Int.random(in: -9...9, using: &random)).\(Int.random(in: 0...999, using: &random))",
      "\(Int.random(in: 1...9, using: &random))e\(Int.random(in: -20...20, using: &random))",
    ]
    return JSONNumber(text: forms.randomElement(using: &random)!)
  }

  mutating func string() -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0...20, using: &random) {
      text.unicodeScalars.append(scalar())
    }
    return text
  }

  private mutating func scalar() -> Unicode.Scalar {
    switch Int.random(in: 0..<12, using: &random) {
    case 0: ["\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "\u{7F}"].randomElement(using: &random)!
    case 1: Unicode.Scalar(UInt32.random(in: 0x80...0x7FF, using: &random))!
    case 2: Unicode.Scalar(UInt32.random(in: 0x800...0xD7FF, using: &random))!
    case 3: Unicode.Scalar(UInt32.random(in: 0x1F300...0x1F6FF, using: &random))!
    default: Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &random))
    }
  }
}
