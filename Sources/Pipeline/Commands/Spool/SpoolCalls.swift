import Actors
import Transport

/// The calls of `requests/` that somebody who explains is told of: reads, and what was refused
/// before it was accepted.
struct SpoolCalls {
  /// More of one person's say nothing new.
  private static let most = 1000

  /// Oldest first, and how many more there were before them.
  private(set) var lines: [RequestLogLine] = []
  private(set) var earlier = 0

  /// Blocks.
  /// - Parameters:
  ///   - keys: of the resources meant, "cnx_…/Users/…".
  ///   - needle: what was asked for, in lower case.
  init(in spool: String, keys: Set<String>, needle: [UInt8]) throws(FileError) {
    let files = RequestLogFiles(spool: spool)
    let ids = keys.compactMap { $0.split(separator: "/").last.map { Array($0.utf8) } }
    let needles = Self.needles(needle) + ids.map { Self.below(SpoolSearch.folded($0)) }
    for file in try files.all() {
      for bytes in try files.lines(of: file) where Self.names(needles, bytes) {
        guard let line = RequestLogLine(bytes), line.call != nil else { continue }
        lines.append(line)
      }
      let excess = max(0, lines.count - Self.most)
      lines.removeFirst(excess)
      earlier += excess
    }
  }

  /// A whole text: an id, what stands in quotes in a filter, the end of a path.
  private static func needles(_ word: [UInt8]) -> [[UInt8]] {
    [
      Array("\"".utf8) + word + Array("\"".utf8), Array("\\\"".utf8) + word + Array("\\\"".utf8),
      below(word),
    ]
  }

  private static func below(_ id: [UInt8]) -> [UInt8] {
    Array("/".utf8) + id + Array("\"".utf8)
  }

  private static func names(_ needles: [[UInt8]], _ bytes: ArraySlice<UInt8>) -> Bool {
    needles.contains { SpoolSearch.occurs($0, in: bytes) }
  }
}

// MARK: On the screen

extension SpoolCalls {
  /// "3 reads and 1 refused call are in requests/".
  var hint: String? {
    let refused = lines.count { $0.call?.outcome == .refused }
    let reads = lines.count { $0.call?.outcome == .read }
    let parts = [
      reads > 0 ? SpoolText.count(reads, "read") : nil,
      refused > 0 ? SpoolText.count(refused, "refused call") : nil,
    ].compactMap { $0 }
    return parts.isEmpty ? nil : "besides \(parts.joined(separator: " and ")): --all"
  }

  /// Two lines each.
  var text: [String] {
    let before = earlier > 0 ? ["\(SpoolText.count(earlier, "earlier call")) left out"] : []
    return before + lines.flatMap { line in line.call.map { Self.text(line, $0) } ?? [] }
  }

  private static func text(_ line: RequestLogLine, _ call: RequestLogLine.Call) -> [String] {
    let query = call.query.isEmpty ? "" : "?" + call.query
    let agent = call.agent.isEmpty ? "" : " (\(SpoolText.clipped(call.agent, to: 30)))"
    let head = "\(call.id)  \(call.method) \(call.path)\(query)"
    let kind = call.outcome?.rawValue ?? "bulk"
    let what = call.detail.map { "  " + $0 } ?? ""
    let answer = "answered \(call.status), \(call.milliseconds) ms"
    return [
      SpoolText.plain(head),
      "  \(SpoolText.time(line.time))  \(SpoolText.padded(kind, to: 9))  \(answer)"
        + SpoolText.plain("  from \(call.client)\(agent)"),
    ] + (what.isEmpty ? [] : [SpoolText.plain("                 " + what.dropFirst(2))])
  }
}
