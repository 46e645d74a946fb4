import Actors
import TestSupport
import Transport

/// The stages from ingress to store on a real spool, without sockets: requests go in as values.
///
/// Delivery is not part of it; what it would read is read from `tail`.
final class MiniaturePipeline: Sendable {
  static let token = "scimtok_TEST"
  static let slug = "test"

  let directory: TemporaryDirectory
  let spool: Spool
  let store: Store
  let ingress: Ingress
  let mapping: Mapping
  let authentication: Authentication
  let activity = ConnectionActivity()
  let tail: CommittedTail
  let disk = BlockingThread(name: "disk")

  static let hops = [
    HopDescription(name: "1-accepted", durability: .lagging(every: .seconds(1)), mayGap: true),
    HopDescription(name: "2-mapped", durability: .lagging(every: .seconds(1)), mayGap: true),
    HopDescription(
      name: "3-committed", durability: .acknowledged, mayGap: false,
      references: [.init(member: "accepted", hop: "1-accepted")]),
  ]

  /// - Parameter directory: of an earlier pipeline that was closed; its spool is folded.
  init(
    in directory: TemporaryDirectory? = nil, intake: Intake = .open, mappingLanes: Int = 2,
    note: @escaping RequestNote.Taker = { _ in },
    isShortOfDisk: @escaping @Sendable () -> Bool = { false }
  ) throws {
    self.directory = directory ?? TemporaryDirectory()
    spool = try Spool.open(
      directory: self.directory.path + "/spool", hops: Self.hops, options: SpoolOptions(),
      log: .silent
    ).spool
    let files = RecordFiles(
      directory: spool.directory, hop: "3-committed", threads: [disk],
      onFailure: { fatalError("\($0)") })
    var state = StoreState(files: files)
    try spool.hop(2).forEachLine { try state.fold($0) }
    let catalog = SCIMCatalog.builtIn
    let view = ConfigurationView(state.configuration)
    tail = CommittedTail(hop: spool.hop(2), disk: disk)
    store = Store(
      state: state, committed: spool.hop(2), log: tail, view: view, capacity: 64, epoch: 1,
      counters: StoreCounters(Metrics()), isShortOfDisk: isShortOfDisk)
    mapping = Mapping(
      lanes: mappingLanes, capacity: 64,
      mapper: ResourceMapper(), store: store,
      mapped: spool.hop(1))
    authentication = Authentication(
      view: view, activity: activity,
      acceptance: Acceptance(
        hop: spool.hop(0), intake: intake, catalog: catalog,
        isErased: { [store] key in store.read { $0.isErased(key) } }),
      mapping: mapping, capacity: 64, note: note)
    ingress = Ingress(
      authentication: authentication, reader: ResourceReader(store: store, catalog: catalog),
      catalog: catalog,
      origin: RequestOrigin(publicURL: "https://scim.example.com", trustedProxies: []),
      waiting: Gauge(), note: note)
  }

  /// Runs the stages around `body`, after setting up one connection where there is none.
  func run<Result: Sendable>(
    _ body: @Sendable (MiniaturePipeline) async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for stage in [authentication, mapping, store] as [any Stage] {
        group.addTask { try await stage.run() }
      }
      if store.view.current.applications.isEmpty { try await setUp() }
      let result = try await body(self)
      authentication.input.finish()
      try await group.waitForAll()
      return result
    }
  }

  private func setUp() async throws {
    let now = Timestamp.now
    let application = Application(id: "app_1", name: "App", keys: [], createdAt: now)
    let consumer = Consumer(
      id: "csm_1", applicationId: "app_1", name: "Acme", externalId: "acme", createdAt: now)
    let connection = Connection(
      id: "cnx_1", consumerId: "csm_1", applicationId: "app_1", serviceId: "okta-scim",
      slug: Self.slug, tokens: [HashedToken(id: "tok_1", token: Self.token, createdAt: now)],
      createdAt: now)
    try await store.administer(
      [
        .applicationCreated(application), .consumerCreated(consumer),
        .connectionCreated(connection),
      ], request: "req_setup")
  }

  /// Sends one request below the Base URL, with the right token unless another is given.
  func send(
    _ method: String, _ path: String, _ body: JSONValue? = nil,
    token: String? = MiniaturePipeline.token, headers: [String: String] = [:]
  ) async -> (status: Int, json: JSONValue, fields: HTTPFields) {
    var fields = HTTPFields(["Host": "localhost"])
    if let token { fields["Authorization"] = token }
    for (name, value) in headers { fields[name] = value }
    if body != nil { fields["Content-Type"] = "application/scim+json" }
    let request = HTTPRequest(
      method: method, target: "/scim/v2/\(Self.slug)\(path)", fields: fields,
      body: body?.bytes ?? [], peer: .ip(.loopback, port: 1))
    let response = await ingress.receive(request)
    guard case .bytes(let bytes) = response.body else { return (response.status, .null, .init()) }
    let json = (try? JSONValue(parsing: bytes)) ?? .null
    return (response.status, json, response.fields)
  }

  /// Every event committed so far, in order.
  func events() async throws -> [JSONValue] {
    try await tail.outcomes(from: 1, limit: 10_000).outcomes.flatMap(\.events).map {
      try JSONValue(parsing: $0.body)
    }
  }

  func lines(of hop: Int) throws -> [SpoolLine] {
    var lines: [SpoolLine] = []
    try spool.hop(hop).forEachLine { lines.append($0) }
    return lines
  }

  func close() {
    spool.close()
    disk.stop()
  }

  static func user(
    _ name: String, externalId: String? = nil, active: Bool = true, more: JSONObject = JSONObject()
  ) -> JSONValue {
    var user = JSONObject()
    user["schemas"] = ["urn:ietf:params:scim:schemas:core:2.0:User"]
    user["userName"] = JSONValue(name)
    user["name"] = ["givenName": "Barbara", "familyName": "Jensen"]
    user["emails"] = [["value": JSONValue(name), "type": "work", "primary": true]]
    user["active"] = JSONValue(active)
    if let externalId { user["externalId"] = JSONValue(externalId) }
    for member in more.members { user[member.name] = member.value }
    return .object(user)
  }
}

extension Intake {
  /// Nothing stands against more writes.
  static let open = Intake(isShortOfDisk: { false }, isBacklogged: { false })
}
