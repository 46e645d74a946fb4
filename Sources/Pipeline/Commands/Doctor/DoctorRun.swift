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
    show(
      MachineChecks.descriptors(
        (try? FileSystem.text(ofSystemFile: "/proc/self/limits")) ?? "",
        needed: MachineChecks.descriptorsNeeded(
          maxConnections: invocation.count("max-connections") ?? 512)))
    show(MachineChecks.clock(isKept: KernelClock.isKept))
    let server = DoctorServer(spool: spool, http: HTTPClient(loop: loop))
    for finding in await server.findings() { show(finding) }
    show(await names(of: server.hosts(), on: loop))
    return report.isBad ? .failure : .success
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
