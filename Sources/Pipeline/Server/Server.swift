import Actors
import Synchronization
import Transport

/// One running server: the spool and what was recovered from it, the topology, the listeners.
final class Server: Sendable {
  let settings: Settings
  let catalog: SCIMCatalog
  let spool: Spool
  let recovery: SpoolRecovery
  let topology: Topology
  let http: HTTPServer
  let own: OwnAddress
  /// Who the public listener is; nil when it speaks plain HTTP.
  let identity: TLSIdentity?
  let vault: SecretVault
  let metrics: Metrics
  let feed: ActivityFeed
  let events: EventFeed
  let deadLetters: DeadLetters
  let requestLog: RequestLog
  let log: Logger
  let startedAt: Timestamp
  private let loops: [EventLoop]
  private let disk: BlockingThread
  private let snapshotting: BlockingThread
  private let feeding: BlockingThread
  private let client: HTTPClient
  private let undecided: [Redrive.AcceptedWriteLine]
  /// The last line of `1-accepted` when this start found it.
  private let acceptedAtStart: UInt64
  private let stopping = Atomic<Bool>(false)
  /// When API keys were last used.
  let keyActivity: KeyActivity
  private let router: PublicRouter
  private let api: API

  /// Opens the spool, folds it and wires everything; nothing listens yet. Blocks.
  init(_ settings: Settings, log: Logger) throws(StartFailure) {
    self.settings = settings
    self.log = log
    startedAt = .now
    catalog = try settings.catalog()
    let trust = try settings.trust()
    identity = try settings.identity()
    CoreDumps.forbid()
    _ = OpenFileLimit.raise(
      to: Settings.descriptors(
        maxConnections: settings.maxConnections,
        deliveryConcurrency: settings.deliveryConcurrency))
    let (spool, recovery) = try Self.open(settings, log)
    (self.spool, self.recovery) = (spool, recovery)
    if recovery.wasTightened {
      log.warning("the spool was open to others; its mode is 0700 now", ["spool": spool.directory])
    }
    disk = BlockingThread(name: "disk")
    snapshotting = BlockingThread(name: "snapshots")
    feeding = BlockingThread(name: "feed")
    let files = RecordFiles(
      directory: spool.directory, hop: Hop.committed.name, threads: [disk]
    ) { error in
      log.error("the spool cannot be read; nothing more is answered", ["why": error])
      StartFailure(error).code.end()
    }
    let progress = Terminal.isTerminal(.error) ? StartProgress() : nil
    let restorer = StateRestorer(
      spool: spool, catalog: catalog, files: files, log: log,
      threads: Machine.current.processors
    ) {
      progress?.show($0)
    }
    let (state, latest) = try restorer.restore()
    progress?.finish()
    undecided = try Self.undecided(spool, state)
    acceptedAtStart = spool.hop(.accepted).lastSeq
    let snapshots: SnapshotDuty?
    do throws(SpoolError) {
      snapshots = try SnapshotKeeper(spool: spool, records: files, log: log).duty(
        latest, recovery, every: settings.snapshotEvery, thread: snapshotting)
    } catch {
      throw StartFailure(error)
    }
    if !settings.mayCreateSpool && state.configuration.applications.isEmpty {
      // Made by a start that failed before it could set anything up: as good as no spool.
      throw StartFailure(emptySpool: spool.directory)
    }
    do throws(FileError) { vault = try SecretVault(spool: spool.directory) } catch {
      throw StartFailure(error)
    }
    loops = (0..<settings.loops).map { EventLoop(name: "loop-\($0)") }
    // Many webhooks may lead to one host; what is in flight at once may stay open.
    client = HTTPClient(
      loop: loops[0], trust: trust, maxIdle: settings.deliveryConcurrency * 2,
      maxIdlePerHost: settings.deliveryConcurrency)
    (own, metrics, feed) = (OwnAddress(), Metrics(), ActivityFeed())
    let committed = spool.hop(.committed)
    deadLetters = DeadLetters(
      spool: spool.directory, disk: disk, log: log, committed: { try committed.verbatim($0) })
    requestLog = try RequestLog(settings, spool: spool, log: log)
    let (inspector, turns) = (Inspector(), AdminTurns())
    let sender = WebhookClient(
      client: client, allowed: settings.allowedWebhookNetworks, inspector: inspector, own: own)
    topology = Topology(
      Topology.Parts(
        spool: spool, catalog: catalog, disk: disk, vault: vault, sender: sender,
        deadLetters: deadLetters,
        feed: feed, note: { [requestLog] in requestLog.note($0) }, metrics: metrics, log: log,
        turns: turns, epoch: recovery.epoch, snapshots: snapshots,
        forgetCalls: { [requestLog] in try requestLog.forget(where: $0) },
        forget: { [feed] employee in
          feed.forget(employee)
          inspector.forget(employee)
        }),
      state: state, settings: settings)
    events = EventFeed(topology, spool: spool, epoch: recovery.epoch, disk: feeding)
    // The state rests on no attempt; what it rests on of the others, snapshots say.
    spool.mayRemove(Hop.attempts.rawValue, through: .max)
    spool.retain(SpoolRetention(settings, pins: topology.pins) { files.drop($0) })
    let backend = ServerBackend(
      settings: settings, catalog: catalog, spool: spool, topology: topology, vault: vault,
      feed: feed, events: events, deadLetters: deadLetters, own: own, disk: disk,
      reading: feeding, requestLog: requestLog, requestGate: ScanGate(), startedAt: startedAt)
    let (ingress, activity) = (topology.ingress, topology.activity)
    let origin = RequestOrigin(settings)
    var options = API.Options(permits: { address in
      if case .success = sender.policy.judge([address], port: 0) { true } else { false }
    })
    options.isOwner = { $0 == FileSystem.user || $0 == 0 }
    options.connectionActivity = { activity[$0] }
    keyActivity = KeyActivity()
    options.keyActivity = keyActivity
    options.clientAddress = { IPAddress(parsing: origin.client(of: $0)) }
    api = API(
      backend: backend, tokens: AccessTokens(key: vault.accessKey), inspector: inspector,
      options: options, turns: turns, log: log)
    router = PublicRouter(
      scim: { await ingress.receive($0) },
      refused: { ingress.refused($0, id: $1, status: $2, detail: $3) }, api: api,
      health: HealthRoutes(
        refusal: { backend.writeRefusal },
        metrics: metrics))
    var configuration = HTTPServerConfiguration(
      inflightBytes: ByteBudget(total: settings.inflightBytes))
    configuration.maxConnections = settings.maxConnections
    configuration.onTrouble = { log.warning("listener", ["why": $0]) }
    http = HTTPServer(
      loops: loops, configuration: configuration, service: Self.service(router))
    registerMetrics()
  }

  private static func service(_ router: PublicRouter) -> HTTPService {
    HTTPService(
      handler: { await router.respond(to: $0) },
      reject: { router.refuse($0, head: $1) },
      bodyLimit: { PublicRouter.bodyLimit(of: $0) })
  }
}

// MARK: - Starting

extension Server {
  private static func open(
    _ settings: Settings, _ log: Logger
  ) throws(StartFailure) -> (Spool, SpoolRecovery) {
    var options = SpoolOptions()
    options.mayCreate = settings.mayCreateSpool
    options.segmentBytes = settings.segmentBytes
    options.upgradesFormat = settings.upgradesFormat
    options.onFailure = { error in
      log.error("the spool failed; nothing more is answered", ["why": error])
      ExitCode.inputOutput.end()
    }
    do throws(SpoolError) {
      options.reserveBytes = UInt64(settings.diskReserve ?? Self.defaultReserve(settings.spool))
      return try Spool.open(
        directory: settings.spool, hops: Hop.allCases.map(\.description), options: options,
        log: log)
    } catch {
      throw StartFailure(error)
    }
  }

  /// 64 MiB or 5 % of the disk, the larger.
  static func defaultReserve(_ spool: String) -> Int {
    let path = (try? FileSystem.status(spool)) == nil ? FileSystem.parent(of: spool) : spool
    guard let space = try? FileSystem.space(at: path.isEmpty ? "." : path) else { return 64 << 20 }
    return max(64 << 20, Int(space.total / 20))
  }

  /// The accepted writes that no committed line decides.
  private static func undecided(
    _ spool: Spool, _ state: StoreState
  ) throws(StartFailure) -> [Redrive.AcceptedWriteLine] {
    var redrive = Redrive(state.decided)
    do {
      try spool.hop(.accepted).forEachLine(from: redrive.start) { redrive.note(accepted: $0) }
    } catch {
      throw StartFailure("the spool cannot be read back: \(error)", .corruptSpool)
    }
    return redrive.undecided
  }

  /// Redrives, listens, and sets an empty spool up. The stages must be running.
  ///
  /// - Returns: what a first start made; nil when there was something already.
  func begin() async throws(StartFailure) -> FirstStart? {
    do {
      try await Redriver(
        spool: spool, catalog: catalog, mapping: topology.mapping, deadLetters: deadLetters,
        log: log
      ).run(undecided, in: topology.view.current)
      topology.store.allDecided(through: acceptedAtStart)
      await topology.store.finishDepartures(request: ULID.make(prefix: "req_"))
      try vault.forget(allBut: Set(topology.view.current.webhooks.keys))
    } catch {
      throw StartFailure("the spool cannot be prepared: \(error)", .inputOutput)
    }
    try await listen()
    guard topology.view.current.applications.isEmpty else { return nil }
    do throws(APIError) {
      return try await api.createFirstTenant()
    } catch {
      throw StartFailure("the spool cannot be set up: \(error.detail)", .inputOutput)
    }
  }

  private func listen() async throws(StartFailure) {
    own.add(
      try await listen(on: settings.listen.listenAddress, flag: "--listen", identity: identity))
    if identity != nil { own.addInspector(try await listenForInspector()) }
    _ = try await listen(on: .unix(path: spool.directory + "/control.sock"))
    if let scrape = settings.metricsListen {
      let router = router
      let service = HTTPService(handler: { router.health.respondToScraper($0) })
      own.add(
        try await listen(on: scrape.listenAddress, flag: "--metrics-listen", service: service))
    }
    own.complete()
  }

  /// Our own events come without TLS: no certificate is made for a loopback address.
  private func listenForInspector() async throws(StartFailure) -> SocketAddress {
    let router = router
    let service = HTTPService(
      handler: { router.respondToInspector($0) }, bodyLimit: { PublicRouter.bodyLimit(of: $0) })
    return try await listen(on: .tcp(host: "127.0.0.1", port: 0), service: service)
  }

  private func listen(
    on address: ListenAddress, flag: String? = nil, service: HTTPService? = nil,
    identity: TLSIdentity? = nil
  ) async throws(StartFailure) -> SocketAddress {
    do throws(HTTPServerError) {
      return try await http.listen(on: address, service: service, identity: identity)
    } catch {
      throw StartFailure(error, flag: flag)
    }
  }

  /// Where the public listener is, with the port that was picked.
  var bound: HostPort {
    guard case .ip(let address, let port)? = own.current.first else { return settings.listen }
    return HostPort(host: address.description, port: port)
  }

  /// The spool's directory from the root, for people who look for it.
  var spoolPath: String {
    (try? FileSystem.realPath(spool.directory)) ?? spool.directory
  }

  private var isStopping: Bool { stopping.load(ordering: .acquiring) }

  var writesRunAgain: Int { undecided.count }
}

// MARK: - Running and stopping

extension Server {
  /// Runs the stages until they are stopped.
  ///
  /// - Throws: as soon as one of them fails.
  func runStages() async throws {
    try await Supervisor(stages: topology.stages) { self.isStopping }.run()
  }

  /// Answers what is open, then lets every stage work off what it has and end.
  func stop() async {
    stopping.store(true, ordering: .releasing)
    feed.finish()
    events.finish()
    await http.drain(within: settings.drain)
    await topology.eraser.stop()
    topology.authentication.input.finish()
    topology.delivery.stop()
  }

  /// Runs what blocks on the thread for it.
  func onDisk(_ body: @escaping @Sendable () -> Void) async { await disk.run(body) }

  /// After the stages have ended. Blocks.
  func close() {
    saveActivity()
    requestLog.stop()
    spool.close()
    client.closeIdle()
    for loop in loops { loop.stop() }
    snapshotting.stop()
    feeding.stop()
    disk.stop()
  }
}
