import Transport

/// What the checks found, as a table for people and as JSON for machines.
struct ConformanceReport: Sendable {
  enum Ending: Sendable, Equatable {
    case passed
    /// With what the server did instead.
    case failed(String)
    case notSupported

    var word: String {
      switch self {
      case .passed: "passed"
      case .failed: "failed"
      case .notSupported: "not supported"
      }
    }
  }

  struct Result: Sendable {
    let check: ConformanceCheck
    let ending: Ending
  }

  /// Terminals are 100 columns wide.
  private static let width = 100

  let results: [Result]
  /// Targets that could not be deleted.
  let left: [String]

  var passed: Int { results.count { $0.ending == .passed } }
  var notSupported: Int { results.count { $0.ending == .notSupported } }
  var failed: Int { results.count - passed - notSupported }

  static let titles = line("section", "check", "RFC", "result")

  /// The line of one check, and under it why it failed.
  static func text(_ result: Result, coloured: Bool) -> String {
    let check = result.check
    var word = result.ending.word
    if coloured { word = colour(of: result.ending) + word + "\u{1B}[0m" }
    let head = line(check.section.rawValue, check.name, check.source, word)
    guard case .failed(let why) = result.ending else { return head }
    let room = width - 14
    let oneLine = why.split(whereSeparator: \.isNewline).joined(separator: " ")
    return head + "            ! \(SpoolText.clipped(oneLine, to: room))\n"
  }

  private static func colour(of ending: Ending) -> String {
    switch ending {
    case .passed: "\u{1B}[32m"
    case .failed: "\u{1B}[31m"
    case .notSupported: "\u{1B}[2m"
    }
  }

  private static func line(
    _ section: String, _ name: String, _ source: String, _ result: String
  ) -> String {
    section.padded(to: 12) + name.padded(to: ConformanceCheck.nameWidth)
      + source.padded(to: 16) + result + "\n"
  }

  /// "98 checks: 90 passed, 0 failed, 8 not supported   in 1.2 s", and what was left behind.
  func summary(after elapsed: Duration) -> String {
    let seconds = DecimalText.text(elapsed / .seconds(1), 1)
    let counts =
      "\(StartScreen.count(results.count, "check")): \(passed) passed, \(failed) failed,"
      + " \(notSupported) not supported   in \(seconds) s\n"
    if left.isEmpty { return counts }
    return counts + "! not deleted, please remove: \(left.joined(separator: " "))\n"
  }

  func json(base: String) -> JSONValue {
    [
      "baseUrl": .string(base), "passed": .init(passed), "failed": .init(failed),
      "notSupported": .init(notSupported),
      "leftBehind": .array(left.map { .string($0) }),
      "checks": .array(
        results.map { result in
          var row: JSONObject = JSONObject()
          row["section"] = .string(result.check.section.rawValue)
          row["check"] = .string(result.check.name)
          row["rfc"] = .string(result.check.source)
          row["result"] = .string(result.ending.word)
          if case .failed(let why) = result.ending { row["reason"] = .string(why) }
          return .object(row)
        }),
    ]
  }
}
