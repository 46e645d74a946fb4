import TestSupport
import Testing

@testable import Transport

@Suite struct RetentionPlanTests {
  let now = Timestamp(milliseconds: 1_000_000_000)

  /// Segments of ten lines and 100 bytes each, their newest lines so many seconds old.
  private func hop(
    _ ages: [Int], through: UInt64 = .max, keep: Duration = .seconds(3600), from first: UInt64 = 1
  ) -> RetentionPlan.Hop {
    let segments = ages.enumerated().map { index, age in
      RetentionPlan.Segment(
        first: first + UInt64(index) * 10, last: first + UInt64(index) * 10 + 9, bytes: 100,
        newest: now.advanced(by: .seconds(-age)))
    }
    return RetentionPlan.Hop(segments: segments, unneededThrough: through, keep: keep)
  }

  private func removals(_ hops: RetentionPlan.Hop..., maxBytes: UInt64 = .max) -> [[UInt64]] {
    RetentionPlan(hops, maxBytes: maxBytes, now: now).removals
  }

  @Test func `what nobody needs goes at its age, to the second`() {
    #expect(removals(hop([7200, 3600, 3599, 0])) == [[1, 11]])
  }

  @Test func `with no time to keep, sealed segments go at once`() {
    #expect(removals(hop([5, 0, 0], keep: .zero)) == [[1, 11]])
  }

  @Test func `the last segment of a hop never goes`() {
    #expect(removals(hop([9999]), hop([9999, 9999]), maxBytes: 0) == [[], [1]])
    #expect(removals(hop([])) == [[]])
  }

  @Test(arguments: [(0, 0), (9, 0), (10, 1), (19, 1), (20, 2), (1000, 2)] as [(UInt64, Int)])
  func `a segment stays while one line of it is needed`(through: UInt64, count: Int) {
    let removals = removals(hop([9999, 9999, 9999], through: through))
    #expect(removals[0].count == count)
  }

  @Test func `a needed segment holds back those behind it`() {
    // The second is young: what follows it stays, however old its clock says it is.
    #expect(removals(hop([9999, 10, 9999, 0])) == [[1]])
  }

  @Test func `above the limit the oldest of all hops go before their time, and no more`() {
    let hops = [hop([50, 20, 0]), hop([40, 30, 0]), hop([60, 10, 0], through: 0)]
    #expect(RetentionPlan(hops, maxBytes: 900, now: now).removals == [[], [], []])
    #expect(RetentionPlan(hops, maxBytes: 899, now: now).removals == [[1], [], []])
    #expect(RetentionPlan(hops, maxBytes: 700, now: now).removals == [[1], [1], []])
    let all = RetentionPlan(hops, maxBytes: 0, now: now)
    #expect(all.removals == [[1, 11], [1, 11], []])
    #expect(all.bytes == 500 && RetentionPlan.neededBytes(of: hops) == 500)
  }

  @Test func `what goes for its age counts before anything goes for its size`() {
    let hops = [hop([9999, 50, 0]), hop([40, 30, 0])]
    #expect(RetentionPlan(hops, maxBytes: 500, now: now).removals == [[1], []])
  }

  @Test(arguments: 0..<300)
  func `whatever the hops are, only what may go goes, and enough of it`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let hops = (0..<Int.random(in: 1...4, using: &random)).map { _ in
      let ages = (0..<Int.random(in: 0...8, using: &random)).map { _ in
        Int.random(in: 0...8000, using: &random)
      }
      return hop(
        ages.sorted(by: >), through: UInt64.random(in: 0...90, using: &random),
        keep: .seconds(Int.random(in: 0...8000, using: &random)),
        from: UInt64.random(in: 1...20, using: &random))
    }
    let maxBytes = UInt64.random(in: 0...3000, using: &random)
    let plan = RetentionPlan(hops, maxBytes: maxBytes, now: now)
    var left: UInt64 = 0
    for (hop, gone) in zip(hops, plan.removals) {
      #expect(gone == hop.segments.prefix(gone.count).map(\.first))
      #expect(hop.segments.isEmpty || gone.count < hop.segments.count)
      for segment in hop.segments.prefix(gone.count) {
        #expect(segment.last <= hop.unneededThrough)
        #expect(plan.bytes + 100 > maxBytes || segment.newest.advanced(by: hop.keep) <= now)
      }
      if let next = hop.unneeded.dropFirst(gone.count).first {
        #expect(next.newest.advanced(by: hop.keep) > now)
        #expect(plan.bytes <= maxBytes)
      }
      left += UInt64(hop.segments.count - gone.count) * 100
    }
    #expect(plan.bytes == left)
    #expect(RetentionPlan.neededBytes(of: hops) <= left)
  }
}
