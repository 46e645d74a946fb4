import Testing

@testable import Transport

@Suite struct ULIDTests {
  @Test func `an id is its prefix and 26 characters of Crockford's alphabet`() {
    let id = ULID.make(prefix: "evt_")
    #expect(id.wholeMatch(of: /evt_[0-7][0-9A-HJKMNP-TV-Z]{25}/) != nil)
  }

  @Test func `the first ten characters are the time`() {
    let before = Timestamp.now.milliseconds
    let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    let time = ULID.make(prefix: "").prefix(10).reduce(Int64(0)) {
      $0 * 32 + Int64(digits.firstIndex(of: $1)!)
    }
    #expect((before...before + 60_000).contains(time))
  }

  @Test func `an id tells when it was made, and nothing else does`() {
    let before = Timestamp.now.milliseconds
    let time = ULID.time(of: ULID.make(prefix: "evt_"))?.milliseconds ?? 0
    #expect((before...before + 60_000).contains(time))
    let published = Timestamp(milliseconds: 1_469_918_176_385)
    #expect(ULID.time(of: "evt_01ARYZ6S41TSV4RRFFQ69G5FAV") == published)
    for text in [
      "", "evt_", "evt_01KGTDHQ3S", "01KGTDHQ3S8ZC4M6N2R5V7X9E1",
      "evt_01KGTDHQ3S8ZC4M6N2R5V7X9EI", "evt_01kgtdhq3s8zc4m6n2r5v7x9e1",
      "evt_ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
    ] {
      #expect(ULID.time(of: text) == nil, "\(text)")
    }
  }

  @Test func `later ids sort behind earlier ones, however fast they are made`() {
    let ids = (0..<50_000).map { _ in ULID.make(prefix: "req_") }
    #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func `a clock that goes back does not disturb the order`() {
    let now = ULID.make(prefix: "")
    #expect(ULID.make(prefix: "", at: Timestamp(milliseconds: 1)) > now)
    #expect(ULID.make(prefix: "", at: Timestamp(milliseconds: -1)) > now)
  }

  @Test func `a UUID is of version 4, lower case and new`() {
    let pattern = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
    let ids = (0..<1000).map { _ in UUIDv4.make() }
    #expect(ids.allSatisfy { $0.wholeMatch(of: pattern) != nil })
    #expect(Set(ids).count == 1000)
  }
}
