package import Transport

/// How the spool commands write ages, moments, numbers and long names.
package enum SpoolText {
  /// Terminals are 100 columns wide.
  static let width = 100

  /// "11.4 d", "3.0 h", "12 min", "40 s".
  package static func age(_ moment: Timestamp, at now: Timestamp) -> String {
    let seconds = max(0, now.milliseconds - moment.milliseconds) / 1000
    switch seconds {
    case ..<90: return "\(seconds) s"
    case ..<3600: return "\(seconds / 60) min"
    case ..<86_400: return DecimalText.text(Double(seconds) / 3600, 1) + " h"
    default: return DecimalText.text(Double(seconds) / 86_400, 1) + " d"
    }
  }

  /// "4 h 12 min", "3 d 2 h", "40 s": the two largest units.
  package static func span(_ moment: Timestamp, at now: Timestamp) -> String {
    let seconds = max(0, now.milliseconds - moment.milliseconds) / 1000
    switch seconds {
    case ..<90: return "\(seconds) s"
    case ..<3600: return "\(seconds / 60) min"
    case ..<86_400: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
    default: return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
    }
  }

  /// "72 h", "30 d", "90 s": how long something is kept.
  package static func keep(milliseconds: Int) -> String {
    let units = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000)]
    // "72 h" says more than "3 d", as hours are what the flag is given in.
    let unit = units.first { milliseconds >= 7 * $0.1 && milliseconds % $0.1 == 0 }
    guard let unit = unit ?? units.last(where: { milliseconds % $0.1 == 0 }) else {
      return "\(milliseconds) ms"
    }
    return "\(milliseconds / unit.1) \(unit.0)"
  }

  /// "22:15:39.201Z".
  static func time(_ moment: Timestamp) -> String { String(moment.description.dropFirst(11)) }

  /// "2026-11-18T06:02Z".
  static func minute(_ moment: Timestamp) -> String { moment.description.prefix(16) + "Z" }

  static func grouped(_ number: UInt64) -> String { DecimalText.grouped(Int(clamping: number)) }

  /// "1 line", "2 lines".
  static func count(_ number: Int, _ noun: String) -> String {
    DecimalText.grouped(number) + " " + (number == 1 ? noun : noun + "s")
  }

  /// Without control characters, which would move a terminal's cursor or colour it: for what
  /// strangers wrote.
  package static func plain(_ text: String) -> String {
    let controls: [ClosedRange<UInt32>] = [0...0x1F, 0x7F...0x9F]
    let scalars = text.unicodeScalars.filter { scalar in
      !controls.contains { $0.contains(scalar.value) }
    }
    return String(String.UnicodeScalarView(scalars))
  }

  /// At most so many characters, the last of them "…" when something is left out.
  static func clipped(_ text: String, to width: Int) -> String {
    text.count <= width ? text : text.prefix(max(0, width - 1)) + "…"
  }

  /// The text, filled up with spaces.
  static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

/// Colours for a terminal that wants them; plain text for everything else.
package struct SpoolPaint: Sendable {
  package var isOn: Bool

  package init(isOn: Bool) { self.isOn = isOn }

  func warning(_ text: String) -> String { isOn ? "\u{1B}[33m\(text)\u{1B}[0m" : text }
  func bad(_ text: String) -> String { isOn ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
  func good(_ text: String) -> String { isOn ? "\u{1B}[32m\(text)\u{1B}[0m" : text }
  func faint(_ text: String) -> String { isOn ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
}
