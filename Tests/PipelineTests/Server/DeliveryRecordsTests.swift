import TestSupport
import Testing
import Transport

@testable import Pipeline

/// The ledger read backwards, and lines found by their time, on a real spool.
struct DeliveryRecordsTests {
  private let directory = TemporaryDirectory()
  private let disk = BlockingThread(name: "test")

  /// Attempts at wh_1 and wh_2 in turn: every tenth of wh_1 is dead.
  private func filled(_ count: Int) async throws -> (Spool, [String]) {
    let (spool, _) = try Spool.open(
      directory: directory.file("spool"), hops: SpoolHops.descriptions, log: .silent)
    let ledger = spool.hop(3)
    var ids: [String] = []
    for number in 0..<count {
      let (webhook, id) = (number % 2 + 1, ULID.make(prefix: "dlv_"))
      let result = number % 20 == 0 ? "dead" : "delivered"
      let data =
        #"{"id":"\#(id)","event":"evt_\#(number)","type":"employee.created","#
        + #""webhook":"wh_\#(webhook)","key":"emp_\#(number % 7)","seq":\#(number + 1),"#
        + #""attempt":1,"trigger":"schedule","result":"\#(result)","durableSeq":1}"#
      ledger.append(
        SpoolRecord(
          id: "evt_\(number)", key: "wh_\(webhook)/emp_\(number % 7)", type: "attempt.\(result)",
          data: Array(data.utf8)))
      ids.append(id)
    }
    ledger.append(
      SpoolRecord(id: "ovr_1", key: "wh_1", type: "webhook.overrun", data: Array("{}".utf8)))
    return (spool, ids)
  }

  @Test func `pages go backwards over any number of lines, each attempt once`() async throws {
    let (spool, ids) = try await filled(1500)
    defer { spool.close() }
    let records = DeliveryRecords(ledger: spool.hop(3), disk: disk)
    var query = DeliveryQuery(webhookId: "wh_1", limit: 101)
    var found: [String] = []
    while true {
      let page = try await records.page(query)
      found += page.deliveries.map(\.id)
      guard let next = page.next else { break }
      query.before = next
    }
    #expect(found == stride(from: 1498, through: 0, by: -2).map { ids[$0] })
    query = DeliveryQuery(webhookId: "wh_1", limit: 1000)
    query.result = "dead"
    #expect(try await records.page(query).deliveries.count == 75)
    query.key = "emp_0"
    let dead = try await records.page(query).deliveries
    #expect(dead.allSatisfy { $0.attempt["key"] == "emp_0" } && !dead.isEmpty)
    query = DeliveryQuery(webhookId: "wh_2", event: "evt_3", limit: 5)
    #expect(try await records.page(query).deliveries.map(\.id) == [ids[3]])
    query.event = nil
    query.type = "group.created"
    #expect(try await records.page(query).deliveries.isEmpty)
  }

  @Test func `one is found by its id, another's id is not`() async throws {
    let (spool, ids) = try await filled(700)
    defer { spool.close() }
    let records = DeliveryRecords(ledger: spool.hop(3), disk: disk)
    for number in [0, 255, 256, 257, 699] {
      #expect(try await records.delivery(ids[number])?.eventId == "evt_\(number)")
    }
    #expect(try await records.delivery(ULID.make(prefix: "dlv_")) == nil)
    for text in ["dlv_1", "", "evt_", "dlv_\(String(repeating: "Z", count: 26))"] {
      #expect(try await records.delivery(text) == nil, "\(text)")
    }
  }

  @Test func `a line is found by the time it was written`() async throws {
    let (spool, _) = try await filled(10)
    defer { spool.close() }
    let ledger = spool.hop(3)
    await ledger.durable(through: ledger.lastSeq)
    let times = HopTimes(hop: ledger, disk: disk)
    let lines = try ledger.lines(from: 1, limit: 100, maxBytes: 1 << 20)
    #expect(try await times.line(since: Timestamp(milliseconds: 0)) == 1)
    #expect(try await times.line(since: Timestamp.now.advanced(by: .seconds(60))) == 12)
    let middle = lines[5].timestamp
    let first = try #require(lines.first { $0.timestamp >= middle })
    #expect(try await times.line(since: middle) == first.seq)
  }
}
