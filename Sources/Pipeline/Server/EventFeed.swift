import Actors
import Synchronization
import Transport

/// The pull feed: the committed log as one application may see it, in pages, with a way to wait
/// for more.
///
/// It remembers nobody: a puller brings its place along. What a call may read, and how many callers
/// may wait at once, is bounded here; a reader that is slow or far behind holds one page in memory
/// and reads on a thread of the feed's own, so it slows only itself and its like.
final class EventFeed: Sendable {
  struct Bounds: Sendable {
    /// Bytes of the events on a page; one event always fits.
    var pageBytes = 2 << 20
    /// Lines looked at for a page: where a filter lets little through the page is short, and
    /// `next` moves on.
    var pageLines = 8192
    /// Lines taken at once.
    var batch = 256
    /// Callers that wait or stream at once, and those of one application.
    var readers = 256
    var readersPerApplication = 64
    /// A comment as often keeps proxies from closing a stream on which nothing happens.
    var heartbeat = Duration.seconds(15)
  }

  /// Events with the place behind each.
  struct Page: Sendable {
    var events: [(event: CommittedEvent, next: FeedPlace)] = []
    var next: FeedPlace
    /// Whether the end of the log was reached.
    var isAtEnd = false
  }

  struct State {
    var isStopped = false
    var waiting: [Int: AsyncStream<Void>.Continuation] = [:]
    var nextWaiter = 0
    var readers: [String: Int] = [:]
  }

  let log: any CommittedLog
  let bounds: Bounds
  let epoch: Int
  private let firstSeq: @Sendable () -> UInt64
  private let linesNear: @Sendable (Timestamp) async throws -> Range<UInt64>
  private let configuration: @Sendable () -> Configuration
  private let isErased: @Sendable (CommittedEvent) -> Bool
  let state = Mutex(State())

  /// - Parameters:
  ///   - firstSeq: the first line that is kept.
  ///   - linesNear: those among which an event with an id of that time stands, unless the clock went
  ///     back.
  init(
    log: any CommittedLog, epoch: Int, bounds: Bounds = Bounds(),
    firstSeq: @escaping @Sendable () -> UInt64,
    linesNear: @escaping @Sendable (Timestamp) async throws -> Range<UInt64>,
    configuration: @escaping @Sendable () -> Configuration,
    isErased: @escaping @Sendable (CommittedEvent) -> Bool = { _ in false }
  ) {
    self.log = log
    self.epoch = epoch
    self.bounds = bounds
    self.firstSeq = firstSeq
    self.linesNear = linesNear
    self.configuration = configuration
    self.isErased = isErased
  }
}

// MARK: - Reading

extension EventFeed {
  /// The place a start means, once it is sure that nothing behind it is missing.
  func place(of start: FeedStart, for filter: FeedFilter) async throws(FeedError) -> FeedPlace {
    switch start {
    case .oldest: return FeedPlace(epoch: epoch, seq: max(firstSeq(), 1))
    case .latest: return FeedPlace(epoch: epoch, seq: log.durableSeq + 1)
    case .place(let place):
      guard place.epoch == epoch, place.seq <= log.durableSeq + 1 else { throw .otherEpoch }
      guard place.seq >= firstSeq() else { throw .removed }
      return place
    case .event(let id): return try await place(behind: id, for: filter)
    }
  }

  /// At most `limit` events behind a place, in the order they were committed.
  ///
  /// A page ends between lines where it can, so that its cursor suits a webhook, too.
  func page(
    from start: FeedPlace, for filter: FeedFilter, limit: Int
  ) async throws(FeedError) -> Page {
    var builder = FeedPageBuilder(start, limit: limit, bytes: bounds.pageBytes)
    let configuration = configuration()
    while true {
      let from = builder.page.next.seq
      let (outcomes, next) = try await outcomes(from: from, limit: bounds.batch)
      if next <= from {
        builder.page.isAtEnd = true
        return builder.page
      }
      for outcome in outcomes {
        let isRoom = builder.take(outcome) {
          filter.accepts($0, in: configuration) && !isErased($0)
        }
        if !isRoom { return builder.page }
      }
      builder.page.next = FeedPlace(epoch: epoch, seq: next)
      let isFull = builder.page.events.count >= limit
      if isFull || next - start.seq >= UInt64(bounds.pageLines) { return builder.page }
    }
  }

  /// What retention removed meanwhile must not look like something that never was.
  private func outcomes(
    from seq: UInt64, limit: Int
  ) async throws(FeedError) -> (outcomes: [CommittedOutcome], next: UInt64) {
    let found: (outcomes: [CommittedOutcome], next: UInt64)
    do {
      found = try await log.outcomes(from: seq, limit: limit)
    } catch {
      throw .unreadable("\(error)")
    }
    if firstSeq() > seq, found.outcomes.first?.seq != seq { throw .removed }
    return found
  }

  /// Where the clock went back, ids tell a later time than their lines; then the newest lines are
  /// looked through.
  private func place(
    behind id: String, for filter: FeedFilter
  ) async throws(FeedError) -> FeedPlace {
    guard let time = ULID.time(of: id) else { throw .unknownEvent(id: id) }
    let near: Range<UInt64>
    do { near = try await linesNear(time) } catch { throw .unreadable("\(error)") }
    let end = log.durableSeq + 1
    let newest = max(1, firstSeq(), end - min(end, UInt64(bounds.pageLines)))..<end
    for lines in [near, newest] {
      if let place = try await place(behind: id, in: lines, for: filter) { return place }
    }
    throw .unknownEvent(id: id)
  }

  private func place(
    behind id: String, in lines: Range<UInt64>, for filter: FeedFilter
  ) async throws(FeedError) -> FeedPlace? {
    var next = lines.lowerBound
    while next < lines.upperBound {
      let (outcomes, after) = try await outcomes(from: next, limit: bounds.batch)
      for outcome in outcomes {
        guard let index = outcome.events.firstIndex(where: { $0.id == id }) else { continue }
        guard outcome.events[index].belongs(to: filter.applicationId, in: configuration()) else {
          return nil
        }
        let isLast = index + 1 == outcome.events.count
        return isLast
          ? FeedPlace(epoch: epoch, seq: outcome.seq + 1)
          : FeedPlace(epoch: epoch, seq: outcome.seq, index: index + 1)
      }
      if after <= next { break }
      next = after
    }
    return nil
  }
}
