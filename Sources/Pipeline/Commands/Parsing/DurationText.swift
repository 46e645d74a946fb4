import Actors

/// Times as people write them on a command line: a whole number and a unit.
package enum DurationText {
  private static let units: [(name: String, milliseconds: Int)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
  ]

  /// "72h", "10s", "250ms"; a bare number is seconds.
  package static func milliseconds(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits) else { return nil }
    let name = digits.endIndex == text.endIndex ? "s" : String(text[digits.endIndex...])
    guard let unit = units.first(where: { $0.name == name }) else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
    return overflow ? nil : product
  }

  /// The shortest exact form: "72h" stays "3d".
  package static func text(milliseconds: Int) -> String {
    if milliseconds == 0 { return "0s" }
    let unit = units.first { milliseconds % $0.milliseconds == 0 }
    return unit.map { "\(milliseconds / $0.milliseconds)\($0.name)" } ?? "\(milliseconds)ms"
  }

  package static func text(_ duration: Duration) -> String {
    text(milliseconds: duration.wholeMilliseconds)
  }

  /// Several times with commas in between: "0s,5s,5m".
  package static func list(_ text: String) -> [Int]? {
    let times = text.split(separator: ",", omittingEmptySubsequences: false).map {
      milliseconds(String($0))
    }
    let known = times.compactMap(\.self)
    return known.count == times.count ? known : nil
  }

  /// How long ago something was, in one unit: "4 min", "2.1 d".
  package static func ago(seconds: Int) -> String {
    switch seconds {
    case ..<90: "\(max(seconds, 0)) s"
    case ..<5_400: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3_600) h"
    default: "\(seconds / 86_400) d"
    }
  }
}
