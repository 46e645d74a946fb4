import Testing
import Transport

@testable import Actors

@Suite struct RetryScheduleTests {
  let now = Timestamp(milliseconds: 1_700_000_000_000)
  let schedule = RetrySchedule()

  func delay(
    after attempt: Int, retryAfter: Duration? = nil, random: Double = 0.5
  ) -> Duration? {
    schedule.next(after: attempt, now: now, retryAfter: retryAfter, random: random).map {
      .milliseconds($0.milliseconds - now.milliseconds)
    }
  }

  @Test func `ten attempts spread over more than three days, then no more`() {
    let expected: [Duration] = [
      .seconds(5), .seconds(300), .seconds(1800), .hours(2), .hours(5), .hours(10), .hours(14),
      .hours(20), .hours(24),
    ]
    #expect((1...9).map { delay(after: $0) } == expected)
    #expect(delay(after: 10) == nil)
  }

  @Test func `jitter stays within a fifth`() {
    #expect(delay(after: 1, random: 0) == .seconds(4))
    #expect(delay(after: 1, random: 0.999_999_999) == .milliseconds(5999))
  }

  @Test func `a receiver can ask for more time but not for less or for ever`() {
    #expect(delay(after: 1, retryAfter: .seconds(60)) == .seconds(60))
    #expect(delay(after: 2, retryAfter: .seconds(60)) == .seconds(300))
    #expect(delay(after: 1, retryAfter: .hours(100)) == .hours(24))
  }

  @Test(arguments: [
    ("120", 120), ("0", 0), ("99999999999999999999999", 1 << 31),
    ("Tue, 14 Nov 2023 22:13:50 GMT", 30),
    ("Wed, 15 Nov 2023 22:13:20 GMT", 86_400), ("Thu, 29 Feb 2024 00:00:00 GMT", 9_164_800),
  ]) func `Retry-After is seconds or a date`(text: String, seconds: Int) {
    #expect(RetryAfter.parse(text, now: now) == .seconds(seconds))
  }

  @Test(arguments: [
    "", "-1", "soon", "1.5", "Tue, 14 Nov 2023 22:13:20 GMT", "Tue, 14 Nov 1989 22:13:50 GMT",
    "Tue, 14 Nov 2023 25:13:50 GMT", "Tue, 14 Nov 2023 22:13:50 UTC",
  ]) func `anything else is as if it were absent`(text: String) {
    #expect(RetryAfter.parse(text, now: now) == nil)
  }
}
