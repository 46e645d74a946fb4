/// The five stages with their bounds and the flag that changes each; shown at every first start.
package struct StageTable: Sendable {
  package struct Row: Sendable, Equatable {
    package var stage: String
    package var lanes: Int
    package var queue: Int
    package var flag: String

    package init(_ stage: String, lanes: Int, queue: Int, flag: String) {
      self.stage = stage
      self.lanes = lanes
      self.queue = queue
      self.flag = flag
    }
  }

  package var rows: [Row]
  /// What one fdatasync costs on the spool's disk; nil when it was not measured.
  package var syncMilliseconds: Double?
  package var freeBytes: Int

  package init(_ settings: Settings, syncMilliseconds: Double?, freeBytes: Int) {
    let queue = settings.channelCapacity
    rows = [
      Row(
        "ingress", lanes: settings.loops, queue: settings.maxConnections,
        flag: "--loops, --max-connections"),
      Row("authentication", lanes: 1, queue: queue, flag: "(one worker, always)"),
      Row("mapping", lanes: settings.mappingLanes, queue: queue, flag: "--mapping-lanes"),
      Row("state store", lanes: 1, queue: queue, flag: "(one writer, always)"),
      Row(
        "delivery", lanes: settings.deliveryConcurrency, queue: settings.webhookWindow,
        flag: "--delivery-concurrency, --webhook-window (per webhook)"),
    ]
    self.syncMilliseconds = syncMilliseconds
    self.freeBytes = freeBytes
  }

  package var text: String {
    var table = TextTable([
      .init("stage", width: 14), .init("lanes", .right), .init("queue", .right), .init("flag"),
    ])
    table.rows = rows.map { [$0.stage, "\($0.lanes)", "\($0.queue)", $0.flag] }
    var lines = table.lines
    lines[0] = lines[0].padded(to: 62) + "disk: " + disk
    return lines.map { $0 + "\n" }.joined()
  }

  private var disk: String {
    let free = ByteSize.rounded(freeBytes) + " free"
    guard let syncMilliseconds else { return free }
    return "fdatasync \(DecimalText.text(syncMilliseconds, 2)) ms, \(free)"
  }
}

extension String {
  /// The text with spaces after it up to `width` characters.
  package func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
