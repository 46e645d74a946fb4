import Actors
import Transport

/// The server as the API sees it, so that its rules can be tested without a store or a disk.
///
/// Nothing here answers ahead of the disk: every answer waits until what it tells is durable.
protocol APIBackend: Sendable {
  /// The configuration with every change that was answered.
  var configuration: Configuration { get }

  /// `--public-url`, else the address that is listened on; without a slash at its end.
  var publicURL: String { get }

  /// Why no write is taken now, or nil: short of disk, too much waiting for it, stopping.
  var writeRefusal: WriteRefusal? { get }

  /// Commits the changes in order, at once; returns when they are durable and `configuration` has
  /// them.
  ///
  /// They are valid as far as the API can see; this only refuses what a race made impossible.
  func administer(_ changes: [AdminChange], requestId: String) async throws(APIError)

  /// Puts a signing secret on disk, before the record that names its webhook.
  func storeSecret(webhookId: String, secret: Secret) async throws(APIError)

  /// The new secret signs from now on; the one before beside it for a day.
  ///
  /// - Returns: until when that one does.
  func rotateSecret(webhookId: String, to secret: Secret) async throws(APIError) -> Timestamp

  /// The keys a webhook signs with, newest first; the inspector verifies with them.
  func signingKeys(webhookId: String) -> [Secret]

  /// One employee as JSON, joined, when it belongs to that consumer; deleted ones too.
  func employee(
    id: String, consumerId: String, including: Set<EmployeeInclusion>
  ) async -> [UInt8]?

  /// How many of its employees have which field.
  func fields(of connection: Connection) async throws(APIError) -> FieldCensus

  func employees(_ query: EmployeeQuery) async throws(APIError) -> EmployeePage

  /// Erases an employee; returns when nothing but files of the spool tell of the person.
  ///
  /// - Parameters:
  ///   - consumerId: whose the employee must be; nil for the owner of the spool.
  ///   - atOnce: whether those files go now, or when they are no longer kept.
  func erase(
    employee id: String, consumerId: String?, atOnce: Bool, requestId: String
  ) async throws(APIError) -> Erasure

  /// Whether the consumer had an employee of that id who was erased.
  func wasErased(employee id: String, consumerId: String) -> Bool

  /// People and groups that are still as an older mapping made them, at most.
  func mappingPending(of connectionId: String) -> Int

  /// What these settings would make of the people and groups that changed last.
  func previewMapping(
    _ connection: Connection, limit: Int
  ) async throws(APIError) -> MappingPreview

  /// Groups that are not deleted.
  func groups(_ query: GroupQuery) async throws(APIError) -> RecordPage

  /// One group as JSON; deleted ones too.
  func group(id: String, consumerId: String) async -> [UInt8]?

  /// - Returns: nil when the consumer has no such group.
  func members(of group: String, _ query: GroupQuery) async throws(APIError) -> RecordPage?

  /// - Returns: one JSON object; nil when the consumer has no such employee as its root.
  func orgChart(_ query: OrgChartQuery) async throws(APIError) -> [UInt8]?

  /// Attempts made so far, the newest first.
  func deliveries(_ query: DeliveryQuery) async throws(APIError) -> DeliveryPage

  /// One attempt, of whatever webhook; nil when there is none of that id, or not any more.
  func delivery(_ id: String) async throws(APIError) -> DeliveryRecord?

  /// What was sent at an attempt; nil when its webhook is gone.
  func request(of record: DeliveryRecord) async throws(APIError) -> DeliveryRequest?

  /// Sends the event of an attempt once more, now.
  ///
  /// - Returns: the new attempt as the ledger has it.
  func redeliver(_ record: DeliveryRecord) async throws(APIError) -> JSONObject

  /// Inbound calls, the newest first.
  func requests(_ query: RequestQuery) async throws(APIError) -> RequestPage

  /// One inbound call; nil when nothing is kept of one of that id, or it is not wanted.
  ///
  /// - Parameter isWanted: asked with its connection before much is read; "" is none.
  func request(
    _ id: String, isWanted: @escaping @Sendable (_ connection: String) -> Bool
  ) async throws(APIError) -> RequestTrace?

  /// Webhooks that want an event of a call and were not tried yet.
  func waiting(for event: CommittedEvent, at seq: UInt64, in trace: RequestTrace) -> [String]

  /// What is committed, for those who fetch it themselves.
  var events: EventFeed { get }

  /// Sends `webhook.test`, or a sample of another type, to it now.
  ///
  /// - Returns: the attempt as the ledger has it.
  func testWebhook(
    id: String, with type: EventType, requestId: String
  ) async throws(APIError) -> JSONObject

  /// Sends committed events to it again, or counts them.
  func replay(_ webhookId: String, _ request: ReplayRequest) async throws(APIError) -> ReplayAnswer

  /// What it was not sent while it was disabled; nil when that is nothing.
  func missed(by webhookId: String) async throws(APIError) -> MissedEvents?

  /// Sends it the present state of every employee.
  ///
  /// - Returns: how many; nil when it is disabled.
  func snapshot(_ webhookId: String) async -> Int?

  func status() async -> ServerStatus

  /// How the delivery to every webhook that is not disabled is doing.
  func deliveryStatus() async -> [WebhookDeliveryStatus]

  /// The first line of which a webhook that is disabled was not sent something.
  func undoneFrom(of webhookId: String) async -> UInt64

  /// No attempt any more at a webhook, or at one of its employees or groups, until it is released.
  ///
  /// - Returns: false when it is disabled.
  func hold(webhook: String, key: String?) async -> Bool

  /// - Returns: false when it was not held.
  func release(webhook: String, key: String?) async -> Bool

  /// Events given up of these webhooks, the newest first.
  ///
  /// - Parameter after: the name of the last letter of the page before.
  func deadLetters(
    of webhooks: Set<String>, after: String?, limit: Int
  ) async throws(APIError) -> DeadLetterPage

  /// Sends an event once more, or runs a write again; the letter goes away when that succeeds.
  ///
  /// - Returns: `letter`, `done`, and `detail` in words.
  func retryDeadLetter(_ name: String) async throws(APIError) -> JSONObject

  func dropDeadLetter(_ name: String) async throws(APIError)

  /// The last `recent` events and attempts, oldest first, then, when `follow`, each new one until
  /// the reader goes away. Bounded by the newest 1,024; what a slow reader misses is `.missed`.
  func activity(recent: Int, follow: Bool) -> AsyncStream<Activity>
}

/// Why writes are refused and for how long.
struct WriteRefusal: Sendable, Equatable {
  /// A sentence: "The disk is short of space."
  let reason: String
  /// Seconds.
  let retryAfter: Int
}

/// Something that happened, for `events --follow`.
enum Activity: Sendable, Equatable {
  /// The exact bytes of a committed event.
  case event([UInt8])
  /// The exact bytes of a ledger entry.
  case attempt([UInt8])
  /// So many of them were too fast for this reader.
  case missed(Int)
}
