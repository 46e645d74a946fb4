import TestSupport
import Testing

@testable import Transport

@Suite struct TimestampTests {
  static let readings: [(String, String)] = [
    ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
    ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z"),
    ("2026-01-02T03:04:05.6Z", "2026-01-02T03:04:05.600Z"),
    ("2026-01-02T03:04:05.6789999Z", "2026-01-02T03:04:05.678Z"),
    ("2026-01-02t03:04:05z", "2026-01-02T03:04:05.000Z"),
    ("2026-01-02 03:04:05Z", "2026-01-02T03:04:05.000Z"),
    ("2026-01-02T03:04:05+01:00", "2026-01-02T02:04:05.000Z"),
    ("2026-01-01T00:30:00+05:45", "2025-12-31T18:45:00.000Z"),
    ("2026-12-31T20:00:00-08:00", "2027-01-01T04:00:00.000Z"),
    ("2026-01-02T03:04:05-00:00", "2026-01-02T03:04:05.000Z"),
    ("2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000Z"),
    ("2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"),
    ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
    ("1600-03-01T00:00:00Z", "1600-03-01T00:00:00.000Z"),
    ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
    ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
  ]

  @Test(arguments: readings)
  func `any offset is read as the same moment of UTC`(text: String, utc: String) {
    #expect(Timestamp(parsing: text)?.description == utc)
  }

  @Test(arguments: [
    "", "2026", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02T03:04Z", "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-02T24:00:00Z", "2026-01-02T03:60:05Z",
    "2026-01-02T03:04:61Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05,6Z",
    "2026-01-02T03:04:05+1:00", "2026-01-02T03:04:05+0100", "2026-01-02T03:04:05+24:00",
    "2026-01-02T03:04:05Z ", " 2026-01-02T03:04:05Z", "26-01-02T03:04:05Z",
    "+2026-01-02T03:04:05Z", "2026-1-2T03:04:05Z", "2026-01-02T03:04:05+01:60",
    "２026-01-02T03:04:05Z",
  ])
  func `what is no RFC 3339 time is refused`(text: String) {
    #expect(Timestamp(parsing: text) == nil)
  }

  @Test func `every moment is read back from its own text`() {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<20_000 {
      let moment = Timestamp(
        milliseconds: Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &random))
      #expect(Timestamp(parsing: moment.description) == moment)
    }
  }

  @Test func `durations move it`() {
    let moment = Timestamp(milliseconds: 1000)
    #expect(moment.advanced(by: .milliseconds(1500)).milliseconds == 2500)
    #expect(moment.advanced(by: .milliseconds(-1500)).milliseconds == -500)
    #expect(Timestamp(milliseconds: 1999).seconds == 1)
  }
}
