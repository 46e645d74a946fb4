import Transport

/// Reads the ledger backwards for people: in stretches, so that nobody waits long for the thread.
struct DeliveryRecords: Sendable {
  /// Lines taken at once, and for one page: where a filter lets little through, the page is short.
  private static let batch: UInt64 = 256
  private static let scan: UInt64 = 16_384
  private static let bytes = 1 << 20

  let ledger: SpoolHop
  let disk: BlockingThread

  /// Everything that has happened by now; the newest first.
  func page(_ query: DeliveryQuery) async throws(SpoolError) -> DeliveryPage {
    await ledger.durable(through: ledger.lastSeq)
    let first = ledger.firstSeq ?? 1
    var end = min(query.before ?? .max, ledger.durableSeq + 1)
    if let until = query.until { end = min(end, try await times.line(since: until)) }
    let floor = max(first, end - min(end, Self.scan))
    var page = DeliveryPage()
    while end > floor {
      let start = max(floor, end - min(end, Self.batch))
      for line in try await lines(start..<end).reversed() {
        if let since = query.since, line.timestamp < since { return page }
        guard query.matches(line), let record = DeliveryRecord(line) else { continue }
        if page.deliveries.count == query.limit { return page }
        page.deliveries.append(record)
        page.next = line.seq
      }
      end = start
    }
    page.next = end > first ? end : nil
    return page
  }

  /// nil when there is none of that id, or not any more.
  ///
  /// Where the clock went back, ids tell a later time than their lines; then the newest lines are
  /// looked through.
  func delivery(_ id: String) async throws(SpoolError) -> DeliveryRecord? {
    guard let time = ULID.time(of: id) else { return nil }
    await ledger.durable(through: ledger.lastSeq)
    let near = try await times.lines(near: time)
    let newest = ledger.durableSeq + 1
    let first = max(ledger.firstSeq ?? 1, newest - min(newest, Self.scan))
    for range in [near, first..<max(first, newest)] {
      if let found = try await delivery(id, in: range) { return found }
    }
    return nil
  }

  private func delivery(
    _ id: String, in range: Range<UInt64>
  ) async throws(SpoolError) -> DeliveryRecord? {
    let start = Array(#"{"id":"\#(id)""#.utf8)
    var next = range.lowerBound
    while next < range.upperBound {
      let stretch = next..<min(range.upperBound, next + Self.batch)
      if let line = try await lines(stretch).first(where: { $0.data.starts(with: start) }) {
        return DeliveryRecord(line)
      }
      next = stretch.upperBound
    }
    return nil
  }

  private var times: HopTimes { HopTimes(hop: ledger, disk: disk) }

  private func lines(_ range: Range<UInt64>) async throws(SpoolError) -> [SpoolLine] {
    let ledger = ledger
    return try await disk.run { () throws(SpoolError) in
      var lines: [SpoolLine] = []
      var next = range.lowerBound
      while next < range.upperBound {
        let limit = Int(range.upperBound - next)
        let found = try ledger.lines(from: next, limit: limit, maxBytes: Self.bytes)
        lines += found.filter { $0.seq < range.upperBound }
        guard let last = found.last else { break }
        next = last.seq + 1
      }
      return lines
    }
  }
}
