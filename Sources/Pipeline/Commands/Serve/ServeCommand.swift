import Actors
import Glibc
import Transport

/// `scim-hris` and `scim-hris serve`: runs the server until a signal or a failure ends it.
struct ServeCommand: Sendable {
  private enum Ending: Sendable {
    case stagesEnded
    case stopped
    case failed(message: String, ExitCode)
  }

  private let settings: Settings
  let log: Logger
  /// Secrets are shown on a terminal and nowhere else.
  let isTerminal: Bool

  init(_ settings: Settings) {
    self.settings = settings
    log = Logger(settings)
    isTerminal = Terminal.isTerminal()
  }

  @concurrent func run() async -> ExitCode {
    let clock = ContinuousClock()
    let start = clock.now
    let server: Server
    do throws(StartFailure) {
      server = try Server(settings, log: log)
    } catch {
      log.error(error.message)
      return error.code
    }
    server.restoreActivity()
    return await run(server, since: start)
  }

  private func run(_ server: Server, since start: ContinuousClock.Instant) async -> ExitCode {
    await withTaskGroup(of: Ending.self) { group in
      group.addTask { await stages(of: server) }
      group.addTask { await life(of: server, since: start) }
      group.addTask { await housekeeping(of: server) }
      group.addTask {
        await server.keepActivity()
        return .stopped
      }
      for await ending in group {
        if case .stagesEnded = ending { group.cancelAll() }
        if case .failed(let message, let code) = ending {
          log.error(message)
          // What waits for the disk stays unanswered; recovery decides what it was.
          code.end()
        }
      }
      server.close()
      log.info("stopped", ["spool": settings.spool])
      return .success
    }
  }

  private func stages(of server: Server) async -> Ending {
    do {
      try await server.runStages()
      return .stagesEnded
    } catch let failure as Supervisor.Failure {
      return .failed(message: "\(failure)", failure.code)
    } catch {
      return .failed(message: "\(error)", .failure)
    }
  }

  /// Does what has to happen now and then, until the task is cancelled.
  private func housekeeping(of server: Server) async -> Ending {
    let file = FirstStartFile(spool: server.spool.directory)
    repeat {
      await server.onDisk { file.removeWhenOld(at: .now) }
    } while (try? await Task.sleep(for: FirstStartFile.checkedEvery)) != nil
    return .stopped
  }

  private func life(of server: Server, since start: ContinuousClock.Instant) async -> Ending {
    let signals = Signals.stream(
      [.terminate, .interrupt, .hangUp], evenIgnored: server.identity != nil && !isTerminal,
      endsProcess: true)
    do throws(StartFailure) {
      try checkCredentials(server)
      let made = try await server.begin()
      try await announce(server, made, took: ContinuousClock().now - start)
    } catch {
      return .failed(message: error.message, error.code)
    }
    for await signal in signals {
      guard signal == .hangUp, await reloads(server) else { break }
    }
    log.info("stopping", ["drain": "\(Int(settings.drain / .seconds(1)))s"])
    await server.stop()
    withExtendedLifetime(signals) {}
    return .stopped
  }
}

// MARK: - What a start tells

extension ServeCommand {
  private func announce(
    _ server: Server, _ made: FirstStart?, took time: Duration
  ) async throws(StartFailure) {
    if let made {
      try write(made, server)
    } else if let path = settings.credentials {
      log.warning(
        "--credentials has no effect: the spool was set up before, secrets are not shown again",
        ["file": path])
    }
    warnOfExpiry(server)
    let milliseconds = Int(time / .milliseconds(1))
    if server.spool.format < SpoolRelease.written {
      log.info(
        "the spool goes on in an older format",
        ["format": server.spool.format, "newer": StartScreen.formatAdvice])
    }
    guard isTerminal else {
      log.info("ready", ["listen": server.bound, "start": "\(milliseconds)ms"])
      return
    }
    let employees = server.topology.store.read { $0.employeeCount }
    var text = made.map { firstScreen($0, server) } ?? againScreen(server, employees: employees)
    text += StartScreen.ready(at: .now, bound: server.bound, milliseconds: milliseconds)
    Terminal.write(text)
  }

  /// A file in the way is found before anything is made that could then be shown to nobody.
  private func checkCredentials(_ server: Server) throws(StartFailure) {
    guard let path = settings.credentials, server.topology.view.current.applications.isEmpty else {
      return
    }
    do throws(FileError) {
      if try FileSystem.status(path) != nil { throw FileError("create", path, code: EEXIST) }
    } catch {
      throw StartFailure(error)
    }
  }

  /// The first start's credentials as a file: where the flag says, and in the spool when there is
  /// no terminal to show them on.
  private func write(_ made: FirstStart, _ server: Server) throws(StartFailure) {
    let bytes = Array((JSONValue.object(made.credentials).pretty() + "\n").utf8)
    do throws(FileError) {
      if let path = settings.credentials {
        try FileSystem.replace(path, with: bytes)
        log.info("credentials written", ["file": path])
      } else if !isTerminal {
        let file = FirstStartFile(spool: server.spool.directory)
        try file.write(bytes)
        log.info("first start: what to enter where is in a file", ["file": file.path])
      }
    } catch {
      throw StartFailure(error)
    }
  }

  private func firstScreen(_ made: FirstStart, _ server: Server) -> String {
    let sync = try? Spool.measureSync(in: server.spool.directory)
    return StartScreen.first(
      version: Version.current, spool: server.spoolPath,
      program: CommandLine.arguments.first ?? "scim-hris", made: made, bound: server.bound,
      isPublic: settings.publicURL?.description.hasPrefix("https://") ?? false,
      isSecure: settings.tls != nil,
      stages: StageTable(
        settings, syncMilliseconds: sync.map { $0 / .milliseconds(1) },
        freeBytes: Int(clamping: server.spool.diskFree)))
  }

  private func againScreen(_ server: Server, employees: Int) -> String {
    StartScreen.again(
      version: Version.current, spool: server.spoolPath,
      apiURL: settings.baseURL(bound: server.bound) + "/api",
      found: SpoolFound(server, employees: employees), now: .now)
  }
}

extension ExitCode {
  /// Ends the process at once, without unwinding.
  func end() -> Never {
    exit(rawValue)
  }
}
