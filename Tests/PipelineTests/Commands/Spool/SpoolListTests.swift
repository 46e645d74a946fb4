import TestSupport
import Testing

@testable import Pipeline
@testable import Transport

@Suite struct SpoolListTests {
  private let plain = SpoolPaint(isOn: false)
  private let now = Timestamp(milliseconds: 1_000_000_000_000)

  private func hop(
    _ name: String, _ first: UInt64, _ last: UInt64, _ reader: String?, _ behind: UInt64?,
    _ why: String
  ) -> SpoolListing.Hop {
    SpoolListing.Hop(
      hop: SpoolReader.Hop(
        name: name, segments: 3, bytes: 13_002_342, lines: last > 0 ? first...last : nil,
        oldest: now.advanced(by: .seconds(-181_440))),
      reader: reader, behind: behind, why: why)
  }

  private var listing: SpoolListing {
    let space = FileSystem.Space(free: 6_549_825_126, total: 10_522_669_875)
    var listing = SpoolListing(
      directory: "/var/lib/scim-hris", space: space, keeping: SpoolKeeping(disk: space))
    listing.format = 2
    listing.holder = SpoolReader.Holder(
      pid: 812, since: Timestamp(parsing: "2026-11-18T06:02:11.000Z"), isAlive: true)
    (listing.instance, listing.epoch) = ("3f9a12", 1)
    listing.hops = [
      hop("1-accepted", 38_002, 41_873, "mapping", 0, "72 h"),
      hop("2-mapped", 38_002, 41_873, "state store", 0, "72 h"),
      hop("3-committed", 1, 41_902, "delivery", 612, "30 d; 1 webhook waits"),
      hop("4-attempts", 0, 0, nil, nil, "30 d"),
    ]
    listing.places = [
      .init(
        name: "snapshots", files: 2, seq: "at 40,000", bytes: 22_753_050,
        oldest: now.advanced(by: .seconds(-10_800)), why: "newest two"),
      .init(
        name: "dead", files: 1, bytes: 2252, oldest: now.advanced(by: .seconds(-16_200)),
        why: "1 letter: spool dead ls"),
    ]
    listing.waiting = [
      .init(
        webhook: "wh_b41", receiver: "https://hooks.example.org/okta", events: 612,
        oldest: now.advanced(by: .seconds(-15_120)), why: "connection refused")
    ]
    listing.keeping.refusing = "no"
    return listing
  }

  @Test func `ls lines up what is there, who reads it, what waits and why it is kept`() {
    let use = "held by pid 812 since 2026-11-18T06:02Z"
    let text = SpoolListScreen.text(listing, now: now, paint: plain)
    #expect(
      text == """
        /var/lib/scim-hris   format 2   \(use)   instance 3f9a, epoch 1
        hop          files  seq                bytes  oldest  read by      behind  why it is kept
        1-accepted       3  38,002–41,873   12.4 MiB   2.1 d  mapping           0  72 h
        2-mapped         3  38,002–41,873   12.4 MiB   2.1 d  state store       0  72 h
        3-committed      3  1–41,902        12.4 MiB   2.1 d  delivery        612  30 d; 1 webhook waits
        4-attempts       3  -               12.4 MiB   2.1 d  -                 -  30 d
        snapshots        2  at 40,000       21.7 MiB   3.0 h  -                 -  newest two
        dead             1                   2.2 KiB   4.5 h  -                 -  1 letter: spool dead ls
        total 71.3 MiB of 2.4 GiB (2 %)   disk 6.1 of 9.8 GiB free, reserve 502 MiB   refusing writes: no
        ! wh_b41 https://hooks.example.org/okta: 612 events wait, oldest 4 h 12 min, connection refused

        """)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test func `long ids get a line of their own, and what is held is said`() {
    var listing = listing
    listing.waiting[0].webhook = "wh_01M8CM11YFDHHW858VYDKYK95W"
    listing.keeping.held = ["wh_b41", "wh_b41 emp_4Q7K"]
    let lines = SpoolListScreen.text(listing, now: now, paint: plain).split(separator: "\n")
    #expect(
      lines.suffix(4) == [
        "! wh_b41 is held: spool release wh_b41",
        "! wh_b41 emp_4Q7K is held: spool release wh_b41 emp_4Q7K",
        "! wh_01M8CM11YFDHHW858VYDKYK95W https://hooks.example.org/okta",
        "  612 events wait, oldest 4 h 12 min, connection refused",
      ])
  }

  @Test func `ls of a real spool knows who is behind and what it does not know`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    let listing = try SpoolListing(try sample.reader)
    #expect(listing.hops.map { $0.hop.lines } == [1...2, 1...2, 1...6, 1...2])
    #expect(listing.hops.map(\.behind) == [0, 0, 1, nil])
    #expect(listing.waiting.map(\.events) == [1])
    #expect(listing.waiting.map(\.receiver) == ["https://hooks.example.org/okta"])
    #expect(listing.waiting.map(\.why) == ["connection refused"])
    #expect(listing.json["hops"]?.array?.count == 4)
    let text = SpoolListScreen.text(listing, now: .now, paint: plain)
    #expect(text.contains("   not in use   ") && text.contains("   no server runs\n"))
  }

  @Test func `a copy of a spool in use is not in use`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    let (spool, _) = try Spool.open(
      directory: sample.path, hops: SpoolHops.descriptions, log: .silent)
    defer { spool.close() }
    #expect(try sample.reader.holder?.isAlive == true)
    let copy = SpoolSample()
    try FileSystem.makeDirectory(copy.path)
    try FileSystem.makeDirectory(copy.path + "/3-committed")
    try FileSystem.replace(
      copy.path + "/LOCK", with: FileSystem.contents(of: sample.path + "/LOCK"))
    #expect(try copy.reader.holder?.isAlive == false)
  }

  @Test func `what the server says of limits stands in place of what would hold without it`() {
    let space = FileSystem.Space(free: 1 << 30, total: 16 << 30)
    let alone = SpoolKeeping(disk: space)
    #expect(alone.limit == 4 << 30 && alone.refusing == nil)
    let status: JSONValue = [
      "refusingWrites": nil, "disk": ["reserveBytes": 1024],
      "keeping": ["spoolKeep": 60_000, "eventsKeep": 86_400_000, "maxBytes": 2048],
      "held": [["webhook": "wh_1", "key": "emp_1"]],
      "webhooks": [["id": "wh_1", "breakerOpen": true, "nextAttempt": "2026-01-02T03:04:05.678Z"]],
    ]
    let told = SpoolKeeping(disk: space, status: status)
    #expect(told.limit == 2048 && told.reserve == 1024 && told.refusing == "no")
    #expect(told.spoolKeep == 60_000 && told.held == ["wh_1 emp_1"] && told.probes.count == 1)
    #expect(SpoolText.keep(milliseconds: 259_200_000) == "72 h")
    #expect(SpoolText.keep(milliseconds: 2_592_000_000) == "30 d")
    #expect(SpoolText.keep(milliseconds: 60_000) == "60 s")
  }
}
