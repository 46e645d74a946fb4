import Testing

@testable import Transport

@Suite struct CommitQueueTests {
  private func queue() -> CommitQueue {
    CommitQueue(lastSeq: [0, 10], isAcknowledged: [false, true])
  }

  private let fragment = SpoolFragment(SpoolFixture.record(1), at: Timestamp(milliseconds: 0))

  @Test func `lines keep the order of all callers across hops`() {
    var queue = queue()
    var batch: [CommitQueue.Entry] = []
    for hop in [0, 1, 0, 1] { _ = queue.append(fragment, to: hop, whenDurable: nil) }
    #expect(queue.next(into: &batch, hasLingered: false) == .write)
    #expect(batch.map(\.hop) == [0, 1, 0, 1])
    #expect(batch.map(\.seq) == [1, 11, 2, 12])
    #expect(queue.next(into: &batch, hasLingered: false) == .park)
  }

  @Test func `lines nobody waits for linger, and one that is waited for takes them along`() {
    var queue = queue()
    var batch: [CommitQueue.Entry] = []
    #expect(queue.next(into: &batch, hasLingered: false) == .park)
    #expect(queue.append(fragment, to: 0, whenDurable: nil).mustRing)
    #expect(queue.next(into: &batch, hasLingered: false) == .linger)
    #expect(!queue.append(fragment, to: 0, whenDurable: nil).mustRing)
    #expect(queue.append(fragment, to: 1, whenDurable: nil).mustRing)
    #expect(queue.next(into: &batch, hasLingered: false) == .write)
    #expect(batch.count == 3)
  }

  @Test func `a backlog is lines of one hop or bytes of all, until they are finished`() {
    var queue = queue()
    var batch: [CommitQueue.Entry] = []
    for _ in 0..<5 { _ = queue.append(fragment, to: 1, whenDurable: nil) }
    #expect(queue.isBacklogged(lines: 4, bytes: .max))
    #expect(!queue.isBacklogged(lines: 5, bytes: .max))
    #expect(queue.isBacklogged(lines: 5, bytes: 100))
    #expect(queue.next(into: &batch, hasLingered: false) == .write)
    #expect(queue.isBacklogged(lines: 4, bytes: .max))
    queue.finish(
      batch[...], at: batch.map { SpoolPosition(seq: $0.seq, segment: 1, offset: 0) })
    #expect(!queue.isBacklogged(lines: 0, bytes: 0))
  }

  @Test func `a segment is sealed on request, and the thread is woken for it only when it rests`() {
    var queue = queue()
    var batch: [CommitQueue.Entry] = []
    var mustRing = queue.requestSeal()
    #expect(!mustRing)
    #expect(queue.next(into: &batch, hasLingered: false) == .seal)
    #expect(queue.next(into: &batch, hasLingered: false) == .park)
    mustRing = queue.requestSeal()
    #expect(mustRing)
    mustRing = queue.requestSeal()
    #expect(!mustRing)
    _ = queue.append(fragment, to: 1, whenDurable: nil)
    #expect(queue.next(into: &batch, hasLingered: false) == .seal)
    #expect(queue.next(into: &batch, hasLingered: false) == .write)
  }

  @Test func `after a failure nothing is taken and nothing gathers`() {
    var queue = queue()
    var batch: [CommitQueue.Entry] = []
    _ = queue.append(fragment, to: 1, whenDurable: nil)
    queue.hasFailed = true
    _ = queue.append(fragment, to: 1, whenDurable: nil)
    #expect(queue.next(into: &batch, hasLingered: false) == .stop)
    #expect(queue.entries.count == 1)
  }
}
