import Actors
import Transport

/// The pull feed: what webhooks get, fetched by the application itself.
extension API {
  func listEvents(of application: Application, _ call: APICall) async throws(APIError) -> APIAnswer
  {
    let filter = try feedFilter(for: application, call)
    let place = try await place(try feedStart(call), for: filter)
    if call.wantsEventStream { return try stream(from: place, for: filter, call) }
    let page = try await page(from: place, for: filter, call)
    return .page(page.events.map(\.event.body), current: place.text, next: page.next.text)
  }

  /// Where an `after` leads; `Last-Event-ID`, which a stream that is opened again sends, is newer.
  private func feedStart(_ call: APICall) throws(APIError) -> FeedStart {
    if call.wantsEventStream, let last = call.lastEventId, !last.isEmpty {
      guard let start = FeedStart(last) else {
        throw .invalid(.header, "last-event-id", Self.startFault)
      }
      return start
    }
    guard let start = FeedStart(call.queryText("after")) else {
      throw .invalid(.query, "after", Self.startFault)
    }
    return start
  }

  static let startFault = "is neither a cursor that meta.next gave, nor an event's id, nor latest"

  func place(
    _ start: FeedStart, for filter: FeedFilter
  ) async throws(APIError) -> FeedPlace {
    do throws(FeedError) {
      return try await backend.events.place(of: start, for: filter)
    } catch {
      throw APIError(error)
    }
  }

  /// The line after which a new webhook is told everything, as its `after` says.
  ///
  /// Inside a line, where only a cursor of a page with fewer events than one write made can point,
  /// the first events of that line come again.
  func since(_ call: APICall, for application: Application) async throws(APIError) -> UInt64? {
    guard let text = call.text("after") else { return nil }
    guard let start = FeedStart(text) else { throw .invalid(.body, "after", Self.startFault) }
    let place = try await place(start, for: FeedFilter(applicationId: application.id))
    // The first line of a log holds no event, and 0 would mean that nothing is named.
    return max(1, place.seq - 1)
  }

  private func feedFilter(
    for application: Application, _ call: APICall
  ) throws(APIError) -> FeedFilter {
    let configuration = backend.configuration
    var filter = FeedFilter(applicationId: application.id)
    if let types = call.query["types"]?.array?.compactMap(\.string) {
      if types.isEmpty { throw .invalid(.query, "types", "must name one") }
      filter.types = EventSubscription(names: types)
    }
    if let id = call.queryText("consumerId") {
      guard configuration.consumers[id]?.applicationId == application.id else {
        throw .invalid(.query, "consumerId", "is none of this application's consumers")
      }
      filter.consumerId = id
    }
    if let id = call.queryText("connectionId") {
      guard configuration.connections[id]?.applicationId == application.id else {
        throw .invalid(.query, "connectionId", "is none of this application's connections")
      }
      filter.connectionId = id
    }
    return filter
  }

  /// A page, once there is something on it or `wait` is over.
  private func page(
    from place: FeedPlace, for filter: FeedFilter, _ call: APICall
  ) async throws(APIError) -> EventFeed.Page {
    let feed = backend.events
    do throws(FeedError) {
      let page = try await feed.page(from: place, for: filter, limit: call.limit)
      let wait = call.query["wait"]?.int ?? 0
      guard wait > 0, page.events.isEmpty, page.isAtEnd else { return page }
      let patience = Deadline.after(.seconds(wait))
      let found = try await feed.seated(for: filter.applicationId) { () throws(FeedError) in
        try await feed.page(behind: page, for: filter, limit: call.limit, until: patience)
      }
      if let found { return found }
    } catch {
      throw APIError(error)
    }
    throw .tooManyReaders
  }
}

extension APICall {
  /// Whether the caller asked for a stream.
  var wantsEventStream: Bool {
    accept?.lowercased().split(separator: ",").contains {
      $0.drop { $0 == " " }.hasPrefix("text/event-stream")
    } ?? false
  }
}

extension APIError {
  static let tooManyReaders = APIError(
    kind: .tooManyRequests,
    detail: "As many callers wait for events as may; try again, or ask without wait.",
    retryAfter: 1)

  init(_ error: FeedError) {
    switch error {
    case .otherEpoch: self.init(expired: "This cursor is from before a backup was restored")
    case .removed: self.init(expired: "The events behind this cursor are no longer kept")
    case .unknownEvent(let id):
      self.init(expired: "There is no event \(id.prefix(64)) within your reach any more")
    case .unreadable(let why):
      self.init(kind: .internalFault, detail: "The log cannot be read: \(why).")
    }
  }

  /// A place nobody can go on from; the way out loses nothing and shows nobody a gap.
  private init(expired what: String) {
    self.init(
      kind: .cursorExpired,
      detail: what + ": take meta.next of /api/events?after=latest, read /api/hris/employees, then"
        + " go on from there. A webhook gets the same by `webhook replay WEBHOOK --snapshot`.")
  }
}
