import Synchronization
import Transport

/// One visit: check after check, each shown at once, since some take their time.
struct DoctorRun: Sendable {
  /// How long the disk is measured.
  private static let probe: Duration = .milliseconds(300)
  private static let patience: Duration = .seconds(10)

  private let invocation: Invocation
  private let spool: String
  private let report: DoctorReport

  init(_ invocation: Invocation) {
    self.invocation = invocation
    spool = invocation.text("spool") ?? "./spool"
    report = DoctorReport(isJSON: invocation.flag("json"))
  }

  func run() async -> ExitCode {
    let thread = BlockingThread(name: "doctor")
    let loop = EventLoop(name: "doctor")
    defer {
      thread.stop()
      loop.stop()
    }
    await thread.run { checkDisk() }
    show(descriptors())
    show(MachineChecks.clock(isKept: KernelClock.isKept))
    await thread.run { checkTLS() }
    let http = HTTPClient(loop: loop, trust: TLSTrust(invocation))
    let server = DoctorServer(spool: spool, http: http)
    for finding in await server.findings() { show(finding) }
    show(await names(of: server.hosts(), on: loop))
    if invocation.flag("public") { await visit(server, http) }
    return report.isBad ? .failure : .success
  }

  /// Of the running server where there is one: a service has limits that a shell does not know.
  private func descriptors() -> DoctorFinding {
    let needed = Settings.descriptors(
      maxConnections: invocation.count("max-connections") ?? 512,
      deliveryConcurrency: invocation.count("delivery-concurrency") ?? 128)
    let reader = try? SpoolReader(directory: spool, hops: SpoolHops.descriptions)
    if let holder = reader?.holder, holder.isAlive,
      let limits = try? FileSystem.text(ofSystemFile: "/proc/\(holder.pid)/limits")
    {
      return MachineChecks.descriptors(limits, needed: needed, isServer: true)
    }
    let own = try? FileSystem.text(ofSystemFile: "/proc/self/limits")
    return MachineChecks.descriptors(own ?? "", needed: needed)
  }

  private func show(_ finding: DoctorFinding) { report.show(finding) }

  /// Blocks.
  private func checkDisk() {
    let place = SpoolChecks.place(at: spool)
    show(SpoolChecks.judge(place))
    let isThere = place.status?.isDirectory == true
    let directory = isThere ? spool : FileSystem.parent(of: spool)
    if let space = try? FileSystem.space(at: directory) {
      let reserve = invocation.size("disk-reserve") ?? Server.defaultReserve(spool)
      show(SpoolChecks.judge(space, reserve: UInt64(clamping: reserve)))
    }
    guard isThere else { return }
    do throws(FileError) {
      show(SpoolChecks.judge(try DiskProbe.run(in: spool, for: Self.probe)))
    } catch {
      show(.bad("fdatasync", "\(error)", "The server could not write there either."))
    }
  }

  /// Blocks.
  private func checkTLS() {
    guard OpenSSL.shared != nil else {
      return show(
        .warning(
          "tls", "no \(OpenSSL.name) on this machine",
          "Install it (Debian: libssl3) to send to https."))
    }
    do throws(TLSFailure) {
      try TLSTrust(invocation).check()
      show(.ok("tls", "\(OpenSSL.name) and certificate authorities are there"))
    } catch {
      show(.warning("tls", "\(error)", "Without them no webhook can be sent to https."))
    }
  }

  private func visit(_ server: DoctorServer, _ http: HTTPClient) async {
    let made: [String]
    do throws(ClientFailure) { made = try await server.baseURLs() } catch {
      return show(.bad("public", "no Base URL is known to come to", error.sentence))
    }
    guard let base = DoctorServer.base(given: invocation.text("public-url"), of: made) else {
      return show(
        .bad("public", "there is no connection to come to", "Make one: scim-hris connect NAME"))
    }
    let files = invocation.values("ca").values
    await DoctorVisitor(base: base, http: http, authorities: files).visit(show)
  }

  private func names(of hosts: [String], on loop: EventLoop) async -> DoctorFinding {
    let resolver = Resolver()
    var failed: [String] = []
    for host in hosts {
      do throws(Resolver.Failure) {
        _ = try await resolver.addresses(of: host, on: loop, by: .after(Self.patience))
      } catch {
        failed.append(host)
      }
    }
    return MachineChecks.names(looked: hosts, failed: failed)
  }
}

/// Prints what is found and remembers whether any of it was bad.
private final class DoctorReport: Sendable {
  private let isJSON: Bool
  private let sick = Mutex(false)

  init(isJSON: Bool) { self.isJSON = isJSON }

  var isBad: Bool { sick.withLock { $0 } }

  func show(_ finding: DoctorFinding) {
    if finding.verdict == .bad { sick.withLock { $0 = true } }
    Terminal.write(isJSON ? finding.json.text + "\n" : finding.lines)
  }
}
