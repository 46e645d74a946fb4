package import Transport

/// What one check of `doctor` found: a line, and where something is wrong what to do about it.
package struct DoctorFinding: Sendable, Equatable {
  package enum Verdict: String, Sendable {
    case ok
    /// Works, and should be looked at.
    case warning = "!"
    case bad = "x"
  }

  package var verdict: Verdict
  /// "spool", "fdatasync": one word.
  package var name: String
  package var text: String
  /// Nil when all is well.
  package var advice: String?

  package init(_ verdict: Verdict, _ name: String, _ text: String, advice: String? = nil) {
    self.verdict = verdict
    self.name = name
    self.text = text
    self.advice = advice
  }

  static func ok(_ name: String, _ text: String) -> DoctorFinding {
    DoctorFinding(.ok, name, text)
  }

  static func warning(_ name: String, _ text: String, _ advice: String) -> DoctorFinding {
    DoctorFinding(.warning, name, text, advice: advice)
  }

  static func bad(_ name: String, _ text: String, _ advice: String) -> DoctorFinding {
    DoctorFinding(.bad, name, text, advice: advice)
  }

  private static let nameColumn = 4
  private static let textColumn = 17

  /// "ok  fdatasync    0.1 ms", and what to do indented below.
  package var lines: String {
    let start = SpoolText.padded(verdict.rawValue, to: Self.nameColumn) + name
    let whole = SpoolText.padded(start, to: Self.textColumn) + text + "\n"
    guard let advice else { return whole }
    return whole + String(repeating: " ", count: Self.textColumn) + advice + "\n"
  }

  package var json: JSONValue {
    let word = [Verdict.ok: "ok", .warning: "warning", .bad: "bad"][verdict] ?? ""
    return [
      "verdict": .init(word), "check": .init(name), "text": .init(text), "advice": .text(advice),
    ]
  }
}
