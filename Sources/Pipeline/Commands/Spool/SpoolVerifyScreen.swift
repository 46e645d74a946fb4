package import Transport

/// What `spool verify` says, and the code it ends with.
package enum SpoolVerifyScreen {
  package static func exitCode(_ verification: SpoolReader.Verification) -> ExitCode {
    if verification.findings.isEmpty { return .success }
    return verification.findings.allSatisfy(\.isTornTail) ? .failure : .damaged
  }

  package static func text(
    _ verification: SpoolReader.Verification, hops: [String], paint: SpoolPaint
  ) -> String {
    var table = TextTable([.init("hop", width: 11), .init("lines verified", .right)])
    for (hop, lines) in zip(hops, verification.lines) {
      table.rows.append([hop, SpoolText.grouped(lines)])
    }
    var lines = table.lines
    for finding in verification.findings {
      let text = "! " + words(finding)
      lines.append(finding.isTornTail ? paint.warning(text) : paint.bad(text))
    }
    lines.append(verdict(verification, paint))
    return lines.map { $0 + "\n" }.joined()
  }

  private static func verdict(
    _ verification: SpoolReader.Verification, _ paint: SpoolPaint
  ) -> String {
    let extent =
      "\(SpoolText.count(verification.segments, "file")),"
      + " \(ByteSize.rounded(Int(clamping: verification.bytes)))"
    switch exitCode(verification) {
    case .success: return paint.good("sound") + "   \(extent)"
    case .failure:
      return paint.warning("torn tail")
        + "   \(extent); nothing acknowledged is lost, the next start cuts it and keeps a copy"
    default: return paint.bad("damaged") + "   \(extent); do not start over it: restore a copy"
    }
  }

  static func words(_ finding: SpoolReader.Finding) -> String {
    switch finding {
    case .tornTail(let segment, let offset, let lines, let bytes):
      "\(segment), offset \(offset): \(SpoolText.count(lines, "line"))"
        + " (\(ByteSize.rounded(Int(clamping: bytes)))) at the end \(lines == 1 ? "is" : "are") torn"
    case .corrupt(let segment, let offset, let seq, let reason):
      "\(segment), offset \(offset), line \(seq): \(reason)"
    case .missing(let hop, let last, let named, let by):
      "\(hop) ends at line \(last), but \(by) names line \(named)"
    }
  }

  package static func json(
    _ verification: SpoolReader.Verification, hops: [String]
  ) -> JSONValue {
    var lines = JSONObject()
    for (hop, count) in zip(hops, verification.lines) { lines[hop] = JSONValue(Int(count)) }
    return [
      "verdict": JSONValue(
        verification.findings.isEmpty
          ? "sound" : exitCode(verification) == .failure ? "torn" : "damaged"),
      "lines": .object(lines), "files": JSONValue(verification.segments),
      "bytes": JSONValue(Int(clamping: verification.bytes)),
      "findings": .array(verification.findings.map(json)),
    ]
  }

  package static func text(
    _ found: [SpoolAbsence.Finding], list: String, paint: SpoolPaint
  ) -> String {
    guard !found.isEmpty else { return paint.good("absent") + "   no line of \(list) is here\n" }
    return found.map { finding in
      let text = "! line \(finding.line) of \(list): \(finding.place), offset \(finding.offset)"
      return paint.bad(text) + "\n"
    }.joined()
  }

  package static func json(_ found: [SpoolAbsence.Finding]) -> JSONValue {
    [
      "verdict": JSONValue(found.isEmpty ? "absent" : "present"),
      "findings": .array(
        found.map { finding in
          [
            "line": JSONValue(finding.line), "file": JSONValue(finding.place),
            "offset": JSONValue(Int(clamping: finding.offset)),
          ]
        }),
    ]
  }

  private static func json(_ finding: SpoolReader.Finding) -> JSONValue {
    switch finding {
    case .tornTail(let segment, let offset, let lines, let bytes):
      [
        "kind": "torn", "segment": JSONValue(segment), "offset": JSONValue(Int(offset)),
        "lines": JSONValue(lines), "bytes": JSONValue(Int(bytes)),
      ]
    case .corrupt(let segment, let offset, let seq, let reason):
      [
        "kind": "damaged", "segment": JSONValue(segment), "offset": JSONValue(Int(offset)),
        "seq": JSONValue(Int(clamping: seq)), "reason": JSONValue(reason),
      ]
    case .missing(let hop, let last, let named, let by):
      [
        "kind": "missing", "hop": JSONValue(hop), "last": JSONValue(Int(clamping: last)),
        "named": JSONValue(Int(clamping: named)), "by": JSONValue(by),
      ]
    }
  }
}
