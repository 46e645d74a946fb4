import Pipeline
import TestSupport
import Testing
import Transport

@Suite struct DeliveryBenchTests {
  private func at(_ milliseconds: UInt64) -> Deadline {
    Deadline(nanoseconds: milliseconds * 1_000_000)
  }

  @Test func `only what came first counts, and what is missing is known`() {
    let record = DeliveryArrivals(numbers: 4, people: 2, receivers: 2)
    for number in 0..<3 { record.answered(number, at: at(10)) }
    record.received(0, by: 0, at: at(12))
    record.received(0, by: 0, at: at(13))
    record.received(0, by: 1, at: at(20))
    record.received(1, by: 0, at: at(9))
    record.received(nil, by: 0)
    record.received(4, by: 0)
    #expect(record.summary.firsts == 3)
    #expect(record.summary.duplicates == 1)
    #expect(record.summary.strangers == 2)
    #expect(record.summary.lastFirst == at(9))
    // 1 lacks a receiver, 2 both; 3 was never answered.
    #expect(record.missing() == 2)
    #expect(record.missing { $0 == 0 } == 0)
  }

  @Test func `an event that comes before an earlier one of its person is an inversion`() {
    let record = DeliveryArrivals(numbers: 6, people: 2)
    for number in [0, 3, 1, 2, 4, 5] { record.received(number, by: 0) }
    #expect(record.summary.inversions == 1)
    let other = DeliveryArrivals(numbers: 6, people: 2, receivers: 2)
    for number in [0, 2, 4] { other.received(number, by: 1) }
    for number in [0, 2, 4] { other.received(number, by: 0) }
    #expect(other.summary.inversions == 0)
  }

  @Test func `latency runs from the answer, and an earlier receipt counts as none`() {
    let record = DeliveryArrivals(numbers: 3, people: 1)
    for number in 0..<3 { record.answered(number, at: at(10)) }
    record.received(0, by: 0, at: at(12))
    record.received(1, by: 0, at: at(8))
    #expect(record.latency().count == 2)
    #expect(record.latency().quantile(1) == 2000)
    #expect(record.latency().quantile(0.5) == 0)
    #expect(record.latency { $0 == 1 }.count == 1)
  }

  @Test func `bad receivers may cost the good ones half as much again`() {
    var report = DeliveryBenchReport()
    report.pairs = [pair(1000, 1200), pair(1000, 1500), pair(1000, 9000)]
    #expect(report.ratio == 1.5)
    #expect(report.isSound)
    report.pairs[0] = pair(1000, 1600)
    #expect(report.ratio == 1.6)
    #expect(!report.isSound)
    report.pairs = [pair(1000, 1000, lost: 1)]
    #expect(!report.isSound)
  }

  @Test func `the screen lines up`() {
    var report = DeliveryBenchReport()
    report.pairs = [pair(1000, 1200)]
    report.bad = "1 hung, one resetting, one dripping"
    #expect(
      report.text == """
        receivers   events       p50       p99  refused  lost  duplicated  inverted   CPU
        all good     5,000   1.00 ms   1.00 ms        0     0           0         0  25 %
        some bad     5,000   1.20 ms   1.20 ms        0     0           0         0  25 %
        bad: 1 hung, one resetting, one dripping; latency, lost: of the good receivers that both runs have
        p99 with bad receivers / without: 1.20; median 1.20, at most 1.5

        """)
  }

  private func pair(_ good: Int, _ bad: Int, lost: Int = 0) -> DeliveryBenchReport.Pair {
    .init(good: paced(good), bad: paced(bad, lost: lost))
  }

  private func paced(_ microseconds: Int, lost: Int = 0) -> DeliveryBenchReport.Paced {
    var latency = LatencyHistogram()
    latency.record(microseconds: microseconds)
    return .init(
      events: 5000, refused: 0, lost: lost, duplicates: 0, inversions: 0, latency: latency,
      elapsed: .seconds(4), processorTime: .seconds(1))
  }
}

@Suite struct FlagBenchTests {
  @Test func `a flag's rows stand together and show medians`() {
    var report = FlagBenchReport(rounds: 3)
    let slow = FlagBenchReport.Sample(perSecond: 50, longest: 8_000_000, processor: 80)
    let fast = FlagBenchReport.Sample(perSecond: 200, longest: 2_000_000, processor: 90)
    report.rows = [
      .init("--webhook-window", 1, "1 webhook, answers after 20ms", [slow, slow, fast]),
      .init("--webhook-window", 4, "1 webhook, answers after 20ms", [fast, slow, fast]),
    ]
    #expect(
      report.text == """
        flag              value  load                           per second  longest wait  CPU each
        --webhook-window      1  1 webhook, answers after 20ms          50       8000 ms     80 us
                              4                                        200       2000 ms     90 us
        medians of 3 rounds

        """)
  }
}
