import Actors

/// Which committed events a puller gets: never those of another application.
struct FeedFilter: Sendable {
  var applicationId: String
  /// Every type when nil.
  var types: EventSubscription?
  var consumerId: String?
  var connectionId: String?

  func accepts(_ event: CommittedEvent, in configuration: Configuration) -> Bool {
    isOwn(event, in: configuration)
      && types?.includes(event.type) ?? true
      && consumerId.map { $0 == event.consumerId } ?? true
      && connectionId.map { $0 == event.connectionId } ?? true
  }

  /// A line that does not name the application means the consumer's.
  func isOwn(_ event: CommittedEvent, in configuration: Configuration) -> Bool {
    if !event.applicationId.isEmpty { return event.applicationId == applicationId }
    return configuration.consumers[event.consumerId]?.applicationId == applicationId
  }
}
