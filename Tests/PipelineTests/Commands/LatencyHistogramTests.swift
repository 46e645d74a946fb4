import Pipeline
import Testing

@Suite struct LatencyHistogramTests {
  @Test func `small values are exact`() {
    var histogram = LatencyHistogram()
    for value in 1...200 { histogram.record(microseconds: value) }
    #expect(histogram.quantile(0.5) == 100)
    #expect(histogram.quantile(0.99) == 198)
    #expect(histogram.quantile(1) == 200)
    #expect(histogram.quantile(0) == 1)
  }

  @Test func `large values are off by less than one in 128, and never too low`() {
    var value = 1
    while value < 1 << 50 {
      var histogram = LatencyHistogram()
      histogram.record(microseconds: value)
      histogram.record(microseconds: value * 4)
      let shown = histogram.quantile(0.5)
      #expect(shown >= value && shown - value <= value / 128)
      #expect(histogram.quantile(1) == value * 4)
      value = value * 7 / 5 + 1
    }
  }

  @Test func `quantiles agree with sorting`() {
    var random = SeededRandom(seed: 3)
    var histogram = LatencyHistogram()
    var values = (0..<10_000).map { _ in random.below(1 << (1 + random.below(20))) }
    for value in values { histogram.record(microseconds: value) }
    values.sort()
    for share in [0.01, 0.5, 0.9, 0.99, 0.999] {
      let exact = values[Int((share * 10_000).rounded(.up)) - 1]
      let shown = histogram.quantile(share)
      #expect(shown >= exact && shown - exact <= exact / 128)
    }
  }

  @Test func `two histograms add up`() {
    var (left, right, both) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
    left.record(.milliseconds(3))
    right.record(.microseconds(40))
    both.record(.microseconds(40))
    both.record(.milliseconds(3))
    left.add(right)
    #expect(left == both)
    #expect(LatencyHistogram().quantile(0.5) == 0)
  }

  @Test func `latencies are shown with one decimal, later without, then in seconds`() {
    #expect(LatencyText.text(microseconds: 440) == "0.4 ms")
    #expect(LatencyText.text(microseconds: 99_949) == "99.9 ms")
    #expect(LatencyText.text(microseconds: 127_400) == "127 ms")
    #expect(LatencyText.text(microseconds: 12_340_000) == "12.3 s")
    #expect(LatencyText.quantile(0.5, of: LatencyHistogram()) == "-")
  }
}
