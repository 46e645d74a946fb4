import Actors
import Transport

/// The feed as server-sent events (HTML Living Standard §9.2).
extension API {
  func stream(
    from place: FeedPlace, for filter: FeedFilter, _ call: APICall
  ) throws(APIError) -> APIAnswer {
    let feed = backend.events
    // The seat is taken once the stream is read: a head alone holds none.
    guard feed.hasSeat(for: filter.applicationId) else { throw .tooManyReaders }
    let reader = EventStreamReader(
      feed: feed, filter: filter, limit: call.limit, isStillAllowed: call.isStillAllowed)
    return .eventStream(
      .stream { write in
        try await feed.seated(for: filter.applicationId) {
          try await reader.run(from: place, write)
        }
      })
  }
}

/// One open stream: holds a page at a time, and the next is read once the reader took it.
struct EventStreamReader: Sendable {
  /// Before a browser opens a stream again that was closed.
  private static let retry = Array("retry: 1000\n\n".utf8)

  let feed: EventFeed
  let filter: FeedFilter
  let limit: Int
  let isStillAllowed: @Sendable () -> Bool

  /// Returns when the server stops, the caller's right ends, or the place is no longer kept; whoever
  /// opens the stream again with its last id is told which.
  func run(
    from start: FeedPlace, _ write: (_ chunk: [UInt8]) async throws -> Void
  ) async throws {
    try await write(Self.retry)
    var (place, told) = (start, start)
    var due = Deadline.after(feed.bounds.heartbeat)
    while !feed.isStopped, isStillAllowed() {
      // Not on the loop the connection lives on, which others share.
      let from = place
      let (page, bytes) = try await withTaskExecutorPreference(globalConcurrentExecutor) {
        let page = try await feed.page(from: from, for: filter, limit: limit)
        return (page, Self.frames(page))
      }
      place = page.next
      if let last = page.events.last {
        try await write(bytes)
        told = last.next
      } else {
        if page.isAtEnd { _ = await feed.wait(behind: place, atMost: due.left) }
        if due.left > .zero { continue }
        try await write(Self.comment(place == told ? nil : place))
        told = place
      }
      due = .after(feed.bounds.heartbeat)
    }
  }

  /// `id`, `event` and `data` of each; the bytes of an event hold no line feed.
  static func frames(_ page: EventFeed.Page) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(page.events.reduce(0) { $0 + $1.event.body.count + 128 })
    for (event, next) in page.events {
      out.append(contentsOf: "id: \(next.text)\nevent: \(event.type)\ndata: ".utf8)
      out.append(contentsOf: event.body)
      out.append(contentsOf: "\n\n".utf8)
    }
    return out
  }

  /// - Parameter place: how far events of others were passed over; a stream opened again starts there.
  private static func comment(_ place: FeedPlace?) -> [UInt8] {
    Array((place.map { ":\nid: \($0.text)\n\n" } ?? ":\n\n").utf8)
  }
}
