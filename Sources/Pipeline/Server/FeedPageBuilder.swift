import Actors

/// Fills a page line by line.
struct FeedPageBuilder {
  var page: EventFeed.Page
  private let start: FeedPlace
  private let limit: Int
  private let maxBytes: Int
  private var bytes = 0

  init(_ start: FeedPlace, limit: Int, bytes: Int) {
    page = EventFeed.Page(next: start)
    self.start = start
    self.limit = limit
    maxBytes = bytes
  }

  /// - Returns: false when the page ends here, before the line or inside it.
  mutating func take(_ outcome: CommittedOutcome, where accepts: (CommittedEvent) -> Bool) -> Bool {
    let epoch = start.epoch
    let seen = outcome.seq == start.seq ? start.index : 0
    let before = page.events.count
    let following = FeedPlace(epoch: epoch, seq: outcome.seq + 1)
    for (index, event) in outcome.events.enumerated().dropFirst(seen) where accepts(event) {
      let isOver = bytes + event.body.count > maxBytes && !page.events.isEmpty
      if page.events.count >= limit || isOver {
        cut(outcome.seq, before, FeedPlace(epoch: epoch, seq: outcome.seq, index: index))
        return false
      }
      bytes += event.body.count
      let isLast = index + 1 == outcome.events.count
      let next = FeedPlace(epoch: epoch, seq: outcome.seq, index: index + 1)
      page.events.append((event, isLast ? following : next))
    }
    page.next = following
    return true
  }

  /// Without this line's events when there are others; else in the middle of it.
  private mutating func cut(_ seq: UInt64, _ before: Int, _ place: FeedPlace) {
    if before > 0 {
      page.events.removeLast(page.events.count - before)
      page.next = FeedPlace(epoch: start.epoch, seq: seq)
    } else {
      page.next = place
    }
  }
}
