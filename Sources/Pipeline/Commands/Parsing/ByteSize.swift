/// Sizes as people write them on a command line: whole bytes with a binary unit.
package enum ByteSize {
  private static let units: [(name: String, bytes: Int)] = [
    ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
  ]

  /// "256MiB", "64 KiB" or "65536"; nil for anything else, or more than fits.
  package static func bytes(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits) else { return nil }
    let unit = text[digits.endIndex...].drop { $0 == " " }.lowercased()
    if unit.isEmpty { return number }
    guard let match = units.first(where: { $0.name.lowercased() == unit }) else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: match.bytes)
    return overflow ? nil : product
  }

  /// The shortest exact form, for values in force: "256MiB".
  package static func text(_ bytes: Int) -> String {
    if bytes == 0 { return "0B" }
    let unit = units.first { bytes % $0.bytes == 0 }
    return unit.map { "\(bytes / $0.bytes)\($0.name)" } ?? "\(bytes)B"
  }

  /// One decimal at most, for screens: "6.1 GiB".
  package static func rounded(_ bytes: Int) -> String {
    let unit = units.first { bytes >= $0.bytes } ?? ("B", 1)
    if unit.bytes == 1 { return "\(bytes) B" }
    let value = Double(bytes) / Double(unit.bytes)
    return "\(value >= 100 ? DecimalText.text(value, 0) : DecimalText.text(value, 1)) \(unit.name)"
  }
}
