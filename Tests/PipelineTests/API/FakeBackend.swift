import Actors
import Glibc
import Synchronization
import Transport

@testable import Pipeline

/// A server in memory: configuration by the real rules, employees as plain records.
final class FakeBackend: APIBackend {
  struct State {
    var configuration = Configuration()
    var seq: UInt64 = 0
    /// Times `administer` was called.
    var records = 0
    /// The thread a status was asked on.
    var thread: UInt?
    var secrets: [String: [Secret]] = [:]
    var employees: [String: Employee] = [:]
    var erased: Set<String> = []
    var refusal: WriteRefusal?
    var tested: [String] = []
    /// What was asked of it, in order: "secret wh_1", "admin webhook.created".
    var calls: [String] = []
    var activity: [Activity] = []
    var refuseAdmin: APIError?
    /// "wh_1" or "wh_1 emp_1".
    var held: Set<String> = []
    var letters: Set<String> = []
    var replays: [ReplayRequest] = []
    var missed: MissedEvents?
    var deliveries: [DeliveryRecord] = []
    var queries: [DeliveryQuery] = []
    var requests: [RequestTrace] = []
    var requestQueries: [RequestQuery] = []
  }

  let state = Mutex(State())
  let activity = ConnectionActivity()
  let keys = KeyActivity()
  let log = MemoryLog()
  /// As `state` has it, for the feed.
  private let current = Shared(Configuration())
  let events: EventFeed

  init(bounds: EventFeed.Bounds = EventFeed.Bounds()) {
    let (log, current) = (log, current)
    events = EventFeed(
      log: log, epoch: 3, bounds: bounds, firstSeq: { log.firstSeq },
      linesNear: { log.lines(near: $0) }, configuration: { current.withLock { $0 } })
  }

  var configuration: Configuration { state.withLock { $0.configuration } }
  var publicURL: String { "https://scim.example.com" }
  var writeRefusal: WriteRefusal? { state.withLock { $0.refusal } }
  var records: Int { state.withLock { $0.records } }
  var calls: [String] { state.withLock { $0.calls } }

  func erase(
    employee id: String, consumerId: String?, atOnce: Bool, requestId: String
  ) async throws(APIError) -> Erasure {
    let erasure = try state.withLock { state throws(APIError) in
      guard state.employees.removeValue(forKey: id) != nil else { throw .notFound("employee", id) }
      state.erased.insert(id)
      return Erasure(
        id: id, consumerId: consumerId ?? "csm_1", request: requestId,
        at: Timestamp(milliseconds: 0), erasedBy: Timestamp(milliseconds: 60_000),
        isAtOnce: atOnce)
    }
    return erasure
  }

  func wasErased(employee id: String, consumerId: String) -> Bool {
    state.withLock { $0.erased.contains(id) }
  }

  func administer(_ changes: [AdminChange], requestId: String) async throws(APIError) {
    if let refusal = state.withLock({ $0.refuseAdmin }) { throw refusal }
    // Room for another call to slip in between reading and writing, if nothing forbids it.
    await Task.yield()
    state.withLock { state in
      state.records += 1
      for change in changes {
        state.seq += 1
        state.configuration.apply(change, at: state.seq)
        state.calls.append("admin \(change.name)")
      }
      current.withLock { [configuration = state.configuration] in $0 = configuration }
    }
  }

  func storeSecret(webhookId: String, secret: Secret) async throws(APIError) {
    state.withLock { state in
      state.secrets[webhookId, default: []].append(secret)
      state.calls.append("secret")
    }
  }

  func rotateSecret(
    webhookId: String, to secret: Secret
  ) async throws(APIError) -> Timestamp {
    state.withLock { $0.secrets[webhookId, default: []].insert(secret, at: 0) }
    return Timestamp(milliseconds: 86_400_000)
  }

  func signingKeys(webhookId: String) -> [Secret] {
    state.withLock { $0.secrets[webhookId] ?? [] }
  }

  func employee(
    id: String, consumerId: String, including: Set<EmployeeInclusion>
  ) async -> [UInt8]? {
    let employee = state.withLock { $0.employees[id] }
    guard employee?[.connection]["consumerId"]?.string == consumerId else { return nil }
    return employee?.bytes
  }

  func mappingPending(of connectionId: String) -> Int { 0 }

  func previewMapping(
    _ connection: Connection, limit: Int
  ) async throws(APIError) -> MappingPreview {
    MappingPreview()
  }

  func employees(_ query: EmployeeQuery) async throws(APIError) -> EmployeePage {
    let found = state.withLock { $0.employees.values.sorted { $0.id < $1.id } }
      .filter { employee in
        employee[.connection]["consumerId"]?.string == query.consumerId
          && query.after.map { employee.id > $0 } ?? true && query.takes(employee)
      }
    let page = found.prefix(query.limit)
    return EmployeePage(
      employees: page.map(\.bytes), next: found.count > page.count ? page.last?.id : nil)
  }

  func fields(of connection: Connection) async throws(APIError) -> FieldCensus {
    var census = FieldCensus()
    for employee in state.withLock({ $0.employees.values.sorted { $0.id < $1.id } })
    where employee[.connection]["connectionId"]?.string == connection.id {
      census.add(RenderedEmployee(employee.bytes), isMember: false)
    }
    return census
  }

  func groups(_ query: GroupQuery) async throws(APIError) -> RecordPage {
    RecordPage(records: [], next: nil)
  }

  func group(id: String, consumerId: String) async -> [UInt8]? { nil }

  func members(of group: String, _ query: GroupQuery) async throws(APIError) -> RecordPage? { nil }

  func orgChart(_ query: OrgChartQuery) async throws(APIError) -> [UInt8]? { nil }

  func testWebhook(
    id: String, with type: EventType, requestId: String
  ) async throws(APIError) -> JSONObject {
    state.withLock { $0.calls.append("test \(type.rawValue)") }
    state.withLock { $0.tested.append(id) }
    let attempt: JSONValue = ["webhookId": JSONValue(id), "status": 204, "trigger": "manual"]
    return attempt.object ?? JSONObject()
  }

  func replay(
    _ webhookId: String, _ request: ReplayRequest
  ) async throws(APIError) -> ReplayAnswer {
    state.withLock { state in
      state.calls.append("\(request.isDry ? "count" : "replay") \(webhookId)")
      state.replays.append(request)
    }
    if configuration.webhooks[webhookId]?.status == .disabled { throw .conflict("It is disabled.") }
    return ReplayAnswer(events: 7, lost: request.from == .line(1) ? 1...4 : nil)
  }

  func missed(by webhookId: String) async throws(APIError) -> MissedEvents? {
    state.withLock { $0.missed }
  }

  func deadLetters(
    of webhooks: Set<String>, after: String?, limit: Int
  ) async throws(APIError) -> DeadLetterPage {
    let names = state.withLock { $0.letters }.sorted()
      .filter { webhooks.contains(String($0.prefix { $0 != "-" })) && $0 > after ?? "" }
    let letters = names.prefix(limit).compactMap { name in
      SpoolDeadLetter(
        name: name, Array(#"{"stage":"delivery","event":"evt_1","webhook":"wh_1"}"#.utf8))
    }
    return DeadLetterPage(letters: letters, next: names.count > limit ? names[limit - 1] : nil)
  }

  func snapshot(_ webhookId: String) async -> Int? {
    state.withLock { $0.calls.append("snapshot \(webhookId)") }
    return 3
  }

  func status() async -> ServerStatus {
    state.withLock { $0.thread = pthread_self() }
    return ServerStatus(
      version: "0.1.0", spool: "/srv/spool", listen: ["127.0.0.1:8080"],
      startedAt: Timestamp(milliseconds: 0), employees: 0, eventsWaiting: 0, deadLetters: 0,
      hops: [], webhooks: [], diskFreeBytes: 1, diskReserveBytes: 1)
  }

  func deliveryStatus() async -> [WebhookDeliveryStatus] {
    configuration.webhooks.values.filter { $0.status != .disabled }.map { webhook in
      WebhookDeliveryStatus(
        webhookId: webhook.id, inFlight: 1, waiting: 2, parkedKeys: 0, unread: 3, breaker: .closed,
        failingSince: nil, lastError: "answered 500", nextAttempt: nil, undoneFrom: 5)
    }
  }

  func undoneFrom(of webhookId: String) async -> UInt64 { 4 }

  func deliveries(_ query: DeliveryQuery) async throws(APIError) -> DeliveryPage {
    state.withLock { state in
      state.queries.append(query)
      let found = state.deliveries.filter { $0.webhookId == query.webhookId }
      return DeliveryPage(deliveries: found, next: found.isEmpty ? nil : 41)
    }
  }

  func requests(_ query: RequestQuery) async throws(APIError) -> RequestPage {
    state.withLock { state in
      state.requestQueries.append(query)
      let found = state.requests.map(\.summary).filter { query.connections.contains($0.connection) }
      return RequestPage(
        requests: found, next: found.isEmpty ? nil : RequestPlace(accepted: 12, logged: 34))
    }
  }

  func request(
    _ id: String, isWanted: @escaping @Sendable (_ connection: String) -> Bool
  ) async throws(APIError) -> RequestTrace? {
    state.withLock { $0.requests }.first {
      $0.summary.id == id && isWanted($0.summary.connection)
    }
  }

  func waiting(for event: CommittedEvent, at seq: UInt64, in trace: RequestTrace) -> [String] {
    []
  }

  func delivery(_ id: String) async throws(APIError) -> DeliveryRecord? {
    state.withLock { $0.deliveries.first { $0.id == id } }
  }

  func request(of record: DeliveryRecord) async throws(APIError) -> DeliveryRequest? {
    DeliveryRequest(
      url: "http://hooks.example.com/", head: "POST / HTTP/1.1\n",
      body: Array(#"{"id":"evt_1","n":1.50}"#.utf8))
  }

  func redeliver(_ record: DeliveryRecord) async throws(APIError) -> JSONObject {
    state.withLock { $0.calls.append("redeliver \(record.id)") }
    return JSONObject([.init(name: "id", value: "dlv_new"), .init(name: "status", value: 204)])
  }

  func hold(webhook: String, key: String?) async -> Bool {
    _ = state.withLock { $0.held.insert(key.map { "\(webhook) \($0)" } ?? webhook) }
    return true
  }

  func release(webhook: String, key: String?) async -> Bool {
    state.withLock { $0.held.remove(key.map { "\(webhook) \($0)" } ?? webhook) } != nil
  }

  func retryDeadLetter(_ name: String) async throws(APIError) -> JSONObject {
    guard state.withLock({ $0.letters.contains(name) }) else {
      throw .notFound("dead letter", name)
    }
    return JSONObject([.init(name: "done", value: true)])
  }

  func dropDeadLetter(_ name: String) async throws(APIError) {
    guard state.withLock({ $0.letters.remove(name) }) != nil else {
      throw .notFound("dead letter", name)
    }
  }

  func activity(recent: Int, follow: Bool) -> AsyncStream<Activity> {
    let entries = state.withLock { Array($0.activity.suffix(recent)) }
    return AsyncStream(bufferingPolicy: .bufferingNewest(16)) { stream in
      for entry in entries { stream.yield(entry) }
      stream.finish()
    }
  }
}

extension FakeBackend {
  func refuse(_ reason: String, retryAfter: Int) {
    state.withLock { $0.refusal = WriteRefusal(reason: reason, retryAfter: retryAfter) }
  }
}

/// A lock that several may hold on to.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    value.withLock { value in body(&value) }
  }
}

extension EmployeeQuery {
  /// By the fields that a store knows without reading, then by the bytes.
  func takes(_ employee: Employee) -> Bool {
    if employee.isDeleted && !includesDeleted { return false }
    if let connectionId, employee[.connection]["connectionId"]?.string != connectionId {
      return false
    }
    return EmployeeMatcher(self).matches(RenderedEmployee(employee.bytes))
  }
}
