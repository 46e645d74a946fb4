import Actors
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// Who waits for what, from cursor, ledger and log.
@Suite struct SpoolDeliveriesTests {
  private let plain = SpoolPaint(isOn: false)

  private func waiting(_ sample: SpoolSample) throws -> [String] {
    try SpoolDeliveries(sample.reader).states["wh_b41"]?.waiting["emp_4Q7K"]?.map(\.event) ?? []
  }

  @Test func `what is above the cursor waits, but for what the ledger calls done`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    #expect(try waiting(sample) == ["evt_2"])
    // A cursor that lags: the ledger tells that evt_1 was delivered.
    try sample.cursor(high: 4, parked: "[]")
    #expect(try waiting(sample) == ["evt_2"])
    try sample.cursor(high: 6, parked: "[]")
    #expect(try waiting(sample) == [])
  }

  @Test func `below the cursor only what is parked waits, from its place on`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    try await sample.commit(events: 2)
    let next = #""attempt":2,"next":"2026-01-02T03:04:05.678Z""#
    try sample.cursor(high: 8, parked: #"[{"key":"emp_4Q7K","seq":7,\#(next)}]"#)
    #expect(try waiting(sample) == ["evt_100", "evt_101"])
    try sample.cursor(high: 8, parked: #"[{"key":"emp_4Q7K","seq":7,\#(next),"done":true}]"#)
    #expect(try waiting(sample) == ["evt_101"])
    try sample.cursor(high: 8, parked: #"[{"key":"emp_other","seq":7,\#(next)}]"#)
    #expect(try waiting(sample) == [])
  }

  @Test func `a cursor of an earlier life counts for nothing`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    try sample.cursor(high: 6, since: 3, parked: "[]")
    #expect(try waiting(sample) == ["evt_2"])
  }

  @Test func `shape counts by age and names the receiver`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    try await sample.commit(events: 2)
    let now = Timestamp.now
    let young = try SpoolShape(sample.reader, now: now)
    #expect(young.rows.map(\.counts) == [[3, 0, 0, 0, 0, 0, 0]])
    let old = try SpoolShape(sample.reader, now: now.advanced(by: .seconds(7200)))
    #expect(
      old.text(now: now.advanced(by: .seconds(7200)), paint: plain) == """
        events that wait, by age  1 min  10 min  1 h  6 h  1 d  3 d  older  total
        all webhooks                  .       .    .    3    .    .      .      3
        wh_b41                        .       .    .    3    .    .      .      3
        ! wh_b41 https://hooks.example.org/okta: 3 events wait, oldest 2 h 0 min, connection refused

        """)
    #expect(old.json.array?.first?["ages"]?.array?.count == 7)
    try sample.cursor(high: 8, parked: "[]")
    let none = try SpoolShape(sample.reader, now: now)
    #expect(none.text(now: now, paint: plain) == "Every webhook has been given everything.\n")
  }
}

extension SpoolSample {
  /// Puts another cursor in place of the webhook's.
  func cursor(high: Int, since: Int = 4, parked: String) throws {
    let json = #"{"high":\#(high),"ledgerFrom":1,"since":\#(since),"parked":\#(parked)}"#
    try FileSystem.replace(path + "/cursors/delivery-wh_b41.json", with: Array(json.utf8))
  }

  /// Commits so many more events of the same employee: evt_100, evt_101, …
  func commit(events: Int) async throws {
    let (spool, _) = try Spool.open(directory: path, hops: SpoolHops.descriptions, log: .silent)
    let hop = spool.hop(2)
    for number in 0..<events {
      let data = Self.committed(
        request: "req_\(100 + number)", accepted: 2, status: 200, version: 3 + number,
        event: "evt_\(100 + number)", type: "employee.updated", sequence: 4712 + number,
        active: true)
      let record = SpoolRecord(
        id: "req_\(100 + number)", key: "cnx_1/Users/2819c223", type: "user.updated",
        data: Array(data.utf8))
      await hop.durable(through: hop.append(record))
    }
    spool.close()
  }
}
