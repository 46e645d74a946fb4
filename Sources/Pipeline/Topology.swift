import Actors
import Transport

/// The whole program on one screen: which stages there are, what they share, and how they are
/// joined.
///
/// ```
/// HTTP ▶ Ingress ▶ Authentication ─1-accepted─▶ Mapping ─2-mapped─▶ Store ─3-committed─▶ Delivery
///           └─ reads, once authenticated ─▶ ResourceReader ─▶ Store
/// ```
struct Topology: Sendable {
  let ingress: Ingress
  let authentication: Authentication
  let mapping: Mapping
  let store: Store
  let delivery: Delivery
  let eraser: Eraser

  let intake: Intake
  let view: ConfigurationView
  let activity: ConnectionActivity
  let search: EmployeeSearch
  let pins: RetentionPins
  /// What is committed, newest in memory.
  let committed: CommittedTail

  init(_ parts: Parts, state: StoreState, settings: Settings) {
    let (spool, capacity, catalog) = (parts.spool, settings.channelCapacity, parts.catalog)
    view = ConfigurationView(state.configuration)
    activity = ConnectionActivity()
    intake = Intake(
      isShortOfDisk: { spool.isShortOfDisk }, isBacklogged: { spool.isBacklogged })

    let committed = spool.hop(.committed)
    let feed = parts.feed
    let tail = CommittedTail(hop: committed, disk: parts.disk) { feed.events($0.events) }
    self.committed = tail
    store = Store(
      state: state, committed: committed, log: tail, view: view, capacity: capacity,
      epoch: parts.epoch, counters: StoreCounters(parts.metrics), snapshots: parts.snapshots,
      isShortOfDisk: { spool.isShortOfDisk })
    mapping = Mapping(
      lanes: settings.mappingLanes, capacity: capacity,
      mapper: ResourceMapper(), store: store,
      mapped: spool.hop(.mapped))
    authentication = Authentication(
      view: view, activity: activity,
      acceptance: Acceptance(
        hop: spool.hop(.accepted), intake: intake, catalog: catalog,
        isErased: { [store] key in store.read { $0.isErased(key) } }),
      mapping: mapping, capacity: capacity,
      tell: { [store] in store.tellSoon($0) }, note: parts.note)
    let scans = ScanGate()
    ingress = Ingress(
      authentication: authentication,
      reader: ResourceReader(store: store, catalog: catalog, scans: scans),
      catalog: catalog, origin: RequestOrigin(settings),
      waiting: parts.metrics.gauge(
        "scim_hris_writes_waiting", help: "Callers of writes who wait for the disk."),
      note: parts.note)
    search = EmployeeSearch(store: store, scans: scans)
    pins = RetentionPins(
      spool: spool, view: view, maxBytes: settings.maxSpoolBytes(of: spool.directory))
    delivery = Delivery(
      DeliveryEnvironment(
        parts, committed: store.withoutErased(tail), view: view, store: store, search: search,
        pins: pins),
      options: DeliveryOptions(settings))
    eraser = Eraser(
      Eraser.Parts(
        spool: spool, store: store, delivery: delivery, view: view, turns: parts.turns,
        traces: PersonFiles(
          spool: spool.directory, letters: parts.deadLetters,
          forgetCalls: parts.forgetCalls),
        forget: parts.forget, keep: max(settings.spoolKeep, settings.eventsKeep), log: parts.log))
  }

  /// What the supervisor runs.
  var stages: [any Stage] { [authentication, mapping, store, delivery, eraser] }

  /// What the stages are given from outside.
  struct Parts: Sendable {
    let spool: Spool
    let catalog: SCIMCatalog
    /// For reads of the spool that would block a stage.
    let disk: BlockingThread
    let vault: SecretVault
    let sender: any WebhookSender
    let deadLetters: DeadLetters
    let feed: ActivityFeed
    /// Told of calls of which no hop tells.
    let note: RequestNote.Taker
    let metrics: Metrics
    let log: Logger
    let turns: AdminTurns
    let epoch: Int
    let snapshots: SnapshotDuty?
    let forgetCalls: PersonFiles.ForgetCalls
    /// Forgets what is only remembered of an employee.
    let forget: @Sendable (_ employee: String) -> Void
  }
}

extension Spool {
  func hop(_ hop: Hop) -> SpoolHop { self.hop(hop.rawValue) }
}
