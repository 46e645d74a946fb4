import Actors

/// Which committed events a puller gets: never those of another application.
struct FeedFilter: Sendable {
  var applicationId: String
  /// Every type when nil.
  var types: EventSubscription?
  var consumerId: String?
  var connectionId: String?

  func accepts(_ event: CommittedEvent, in configuration: Configuration) -> Bool {
    event.belongs(to: applicationId, in: configuration)
      && types?.includes(event.type) ?? true
      && consumerId.map { $0 == event.consumerId } ?? true
      && connectionId.map { $0 == event.connectionId } ?? true
  }
}
