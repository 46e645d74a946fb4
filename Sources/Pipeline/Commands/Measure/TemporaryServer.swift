import Glibc
import Transport

/// A server of our own in a process of its own, on a spool that is removed at the end.
struct TemporaryServer: Sendable {
  private static let startBound: Duration = .seconds(30)
  /// How often the credentials file is looked for.
  private static let look: Duration = .milliseconds(5)

  let made: FirstStart
  let spool: String
  private let directory: ScratchDirectory
  private let process: ChildProcess

  /// - Parameters:
  ///   - parent: whose file system the spool lies in.
  ///   - options: words for `serve` beside the address, the spool and the credentials.
  static func start(
    in parent: String, options: [String] = [], environment: [String: String]
  ) async throws(ClientFailure) -> TemporaryServer {
    let directory: ScratchDirectory
    do throws(FileError) {
      directory = try ScratchDirectory(in: parent, named: "scim-hris")
    } catch {
      throw ClientFailure("No temporary directory: \(error).", .inputOutput)
    }
    do throws(ClientFailure) {
      return try await TemporaryServer(directory, options, environment)
    } catch {
      directory.remove()
      throw error
    }
  }

  private init(
    _ directory: ScratchDirectory, _ options: [String], _ environment: [String: String]
  ) async throws(ClientFailure) {
    self.directory = directory
    spool = directory.path + "/spool"
    let credentials = directory.path + "/credentials.json"
    let words = ["serve", "--spool", spool, "--listen", "127.0.0.1:0"]
    let log = directory.path + "/server.log"
    do throws(FileError) {
      process = try ChildProcess(
        program: ChildProcess.ownProgram, words: words + ["--credentials", credentials] + options,
        environment: environment.filter { !$0.key.hasPrefix("SCIM_HRIS_") }, output: log)
    } catch {
      throw ClientFailure("The server cannot be started: \(error).", .inputOutput)
    }
    let clock = ContinuousClock()
    let deadline = clock.now + Self.startBound
    while clock.now < deadline {
      if let made = Self.read(credentials) {
        self.made = made
        return
      }
      if let ending = process.poll() {
        throw ClientFailure("The server ended at once (\(ending)): \(Self.tail(log))", .inputOutput)
      }
      try? await clock.sleep(for: Self.look)
    }
    await process.stop(within: .zero)
    throw ClientFailure("The server did not start in time: \(Self.tail(log))", .inputOutput)
  }

  /// The file appears whole or not at all; a half-written one would not parse.
  private static func read(_ path: String) -> FirstStart? {
    guard let bytes = try? FileSystem.contents(of: path),
      let value = try? JSONValue(parsing: bytes)
    else { return nil }
    return FirstStart(credentials: value)
  }

  private static func tail(_ log: String) -> String {
    let text = (try? FileSystem.contents(of: log)).map { String(decoding: $0, as: UTF8.self) }
    return text?.split(separator: "\n").suffix(3).joined(separator: " | ") ?? "no output"
  }

  var base: HTTPURL {
    get throws(ClientFailure) {
      do throws(HTTPURLError) {
        return try HTTPURL(parsing: made.baseURL)
      } catch {
        throw ClientFailure("The server's Base URL does not work: \(error).")
      }
    }
  }

  /// Peak resident memory in bytes, as the kernel counts it; nil once it has ended.
  var peakMemory: Int? { memory("VmHWM:") }
  /// Resident memory now.
  var residentMemory: Int? { memory("VmRSS:") }

  private func memory(_ name: String) -> Int? {
    let line = processFile("status")?.split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// Time on a processor up to now, all threads; nil once it has ended.
  var processorTime: Duration? {
    // The name of the program may hold anything but ends at the last parenthesis (proc(5)).
    let fields = processFile("stat")?.split(separator: ")").last?.split(separator: " ")
    guard let fields, fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12])
    else { return nil }
    return .milliseconds((user + system) * 10)
  }

  private func processFile(_ name: String) -> String? {
    guard let file = try? File("/proc/\(process.pid)/\(name)", .reading) else { return nil }
    return (try? file.read(at: 0, count: 65_536)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Stops the server and removes everything it wrote.
  /// - Returns: whether it ended as asked, with exit code 0.
  @discardableResult
  func stop() async -> Bool {
    let ending = await process.stop(within: .seconds(15))
    directory.remove()
    return ending == .exited(0)
  }
}
