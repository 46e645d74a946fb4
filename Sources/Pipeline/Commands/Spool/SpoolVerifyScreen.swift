package import Transport

/// What `spool verify` says, and the code it ends with.
package struct SpoolVerifyScreen {
  private let verification: SpoolReader.Verification
  private let snapshots: SpoolSnapshotCheck?
  private let hops: [String]

  package init(
    _ verification: SpoolReader.Verification, _ snapshots: SpoolSnapshotCheck? = nil,
    hops: [String]
  ) {
    self.verification = verification
    self.snapshots = snapshots
    self.hops = hops
  }

  private var findings: [SpoolReader.Finding] {
    verification.findings + (snapshots?.findings ?? [])
  }

  package var exitCode: ExitCode {
    if findings.isEmpty { return .success }
    return findings.allSatisfy(\.isTornTail) ? .failure : .damaged
  }

  package func text(paint: SpoolPaint) -> String {
    var table = TextTable([.init("hop", width: 11), .init("lines verified", .right), .init("")])
    for (hop, lines) in zip(hops, verification.lines) {
      table.rows.append([hop, SpoolText.grouped(lines)])
    }
    for snapshot in snapshots?.sound ?? [] {
      let folded = snapshot.isFolded ? "the log gives the same" : "the log no longer tells"
      table.rows.append([
        SpoolSnapshot.directory, SpoolText.grouped(snapshot.lines),
        "at \(SpoolText.grouped(snapshot.seq)); \(folded)",
      ])
    }
    var lines = table.lines
    for finding in findings {
      let text = "! " + Self.words(finding)
      lines.append(finding.isTornTail ? paint.warning(text) : paint.bad(text))
    }
    lines += verdict(paint)
    return lines.map { $0 + "\n" }.joined()
  }

  private func verdict(_ paint: SpoolPaint) -> [String] {
    let files = verification.segments + (snapshots.map { $0.sound.count } ?? 0)
    let bytes = verification.bytes + (snapshots?.bytes ?? 0)
    let extent =
      "   \(SpoolText.count(files, "file")), \(ByteSize.rounded(Int(clamping: bytes)))"
    switch exitCode {
    case .success: return [paint.good("sound") + extent]
    case .failure:
      return [
        paint.warning("torn tail") + extent,
        "nothing acknowledged is lost; the next start cuts it and keeps a copy in torn/",
      ]
    default: return [paint.bad("damaged") + extent, advice]
    }
  }

  private var advice: String {
    let isOfSnapshots = verification.findings.allSatisfy(\.isTornTail)
    if isOfSnapshots && snapshots?.sound.isEmpty == false {
      return "the log is whole, and a start takes a snapshot that reads back"
    }
    return "restore a copy; or give up what is lost: spool repair --accept-loss"
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

  package var json: JSONValue {
    var lines = JSONObject()
    for (hop, count) in zip(hops, verification.lines) { lines[hop] = JSONValue(Int(count)) }
    let verdict = findings.isEmpty ? "sound" : exitCode == .failure ? "torn" : "damaged"
    let found = (snapshots?.sound ?? []).map { snapshot -> JSONValue in
      [
        "seq": JSONValue(Int(clamping: snapshot.seq)), "lines": JSONValue(Int(snapshot.lines)),
        "folded": JSONValue(snapshot.isFolded),
      ]
    }
    return [
      "verdict": JSONValue(verdict), "lines": .object(lines), "snapshots": .array(found),
      "files": JSONValue(verification.segments),
      "bytes": JSONValue(Int(clamping: verification.bytes)),
      "findings": .array(findings.map(Self.json)),
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
