import Glibc
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// The real program on a spool of its own, as whoever deploys it sees it: started, asked, stopped,
/// killed and started again. Ends its process and removes its directory when a test lets go of it.
final class TestServer: Sendable {
  /// It ended before it was ready.
  struct EndedEarly: Error, CustomStringConvertible {
    let ending: ChildProcess.Ending?
    let log: String
    var description: String { "ended early (\(ending.map { "\($0)" } ?? "still runs")): \(log)" }
  }

  private struct Life {
    var child: ChildProcess?
    var port: UInt16 = 0
    var starts = 0
    var made: FirstStart?
  }

  /// The program under test lies beside the tests, whatever the build directory is called.
  static let program: String = {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink(ChildProcess.ownProgram, &buffer, Int(PATH_MAX))
    let own = String(
      decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return own[..<(own.lastIndex(of: "/") ?? own.endIndex)] + "/scim-hris"
  }()

  /// What a child inherits: everything but the product's own variables.
  static let environment = ProcessEnvironment.variables.filter {
    !$0.key.hasPrefix("SCIM_HRIS_")
  }

  let directory = TemporaryDirectory()
  let spool: String
  /// Each in place of the one that is standard here.
  private let arguments: [String]
  private let environment: [String: String]
  private let life = Mutex(Life())

  /// - Parameter spool: instead of one in the server's own directory.
  init(arguments: [String] = [], spool: String? = nil, environment: [String: String] = [:]) {
    self.arguments = arguments
    self.environment = Self.environment.merging(environment) { $1 }
    self.spool = spool ?? directory.file("spool")
  }

  deinit {
    guard let child = life.withLock({ $0.child }), child.poll() == nil else { return }
    child.send(signal: SIGKILL)
    var status: Int32 = 0
    waitpid(child.pid, &status, 0)
  }

  static func started(_ arguments: [String] = []) async throws -> TestServer {
    let server = TestServer(arguments: arguments)
    try await server.start()
    return server
  }

  /// What the first start made, its addresses those of the present start.
  var made: FirstStart {
    get throws {
      let (made, port) = life.withLock { ($0.made, $0.port) }
      var found = try #require(made)
      found.baseURL = try Self.moved(found.baseURL, to: port)
      found.apiURL = try Self.moved(found.apiURL, to: port)
      return found
    }
  }

  var port: UInt16 { life.withLock { $0.port } }
  var pid: Int32 { life.withLock { $0.child?.pid ?? 0 } }

  private static func moved(_ url: String, to port: UInt16) throws -> String {
    let url = try HTTPURL(parsing: url)
    return "\(url.scheme)://127.0.0.1:\(port)\(url.target)"
  }
}

// MARK: - Life and death

extension TestServer {
  /// Starts the process without waiting for anything.
  func launch() throws {
    let number = life.withLock { life in
      life.starts += 1
      return life.starts
    }
    let standard = [
      ("--spool", spool), ("--listen", "127.0.0.1:0"), ("--log-format", "json"),
      ("--credentials", directory.file("credentials.json")),
      ("--allow-webhook-net", "127.0.0.0/8"), ("--disk-reserve", "1MiB"),
    ]
    let words =
      ["serve"] + arguments
      + standard.filter { !arguments.contains($0.0) }.flatMap { [$0.0, $0.1] }
    let child = try ChildProcess(
      program: Self.program, words: words, environment: environment,
      output: directory.file("log-\(number)"))
    life.withLock { $0.child = child }
  }

  /// Starts it and returns once it is ready.
  func start() async throws {
    try launch()
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(60)
    while clock.now < deadline {
      if let port = readyPort {
        life.withLock { $0.port = port }
        try readCredentials()
        return
      }
      if let ending = life.withLock({ $0.child?.poll() }) {
        life.withLock { $0.child = nil }
        throw EndedEarly(ending: ending, log: log)
      }
      try await clock.sleep(for: .milliseconds(5))
    }
    throw EndedEarly(ending: nil, log: log)
  }

  /// Asks it to stop, as a service manager does.
  @discardableResult
  func stop() async -> ChildProcess.Ending? {
    signal(SIGTERM)
    return await ended(within: .seconds(30))
  }

  /// Ends it as a power failure of the process would.
  func kill9() async {
    signal(SIGKILL)
    _ = await ended(within: .seconds(10))
  }

  func signal(_ signal: Int32) { life.withLock { $0.child }?.send(signal: signal) }

  func ended(within limit: Duration) async -> ChildProcess.Ending? {
    guard let child = life.withLock({ $0.child }) else { return nil }
    let ending = await child.ending(within: limit)
    if ending != nil { life.withLock { $0.child = nil } }
    return ending
  }

  /// What the present start has written to standard output and error.
  var log: String {
    let number = life.withLock { $0.starts }
    return String(decoding: directory.read("log-\(number)") ?? [], as: UTF8.self)
  }

  private var readyPort: UInt16? {
    for line in log.split(separator: "\n") where line.contains(#""message":"ready""#) {
      guard let json = try? JSONValue(parsing: String(line)), let listen = json["listen"]?.string
      else { continue }
      return HostPort(listen)?.port
    }
    return nil
  }

  private func readCredentials() throws {
    if life.withLock({ $0.made != nil }) { return }
    guard let bytes = directory.read("credentials.json") else { return }
    let made = FirstStart(credentials: try JSONValue(parsing: bytes))
    life.withLock { $0.made = made }
  }
}

// MARK: - Talking to it

extension TestServer {
  /// Okta, with the connection of the first start.
  func okta() throws -> TestClient {
    let made = try made
    return try TestClient(made.baseURL, as: .okta(token: made.apiToken.reveal()))
  }

  /// A caller of the API with the first application's key.
  ///
  /// - Parameter consumer: whose data; the application's own when nil.
  func api(consumer: String? = nil) async throws -> TestClient {
    let made = try made
    let stranger = try TestClient(made.apiURL, as: .nobody)
    var wanted = JSONObject()
    wanted["apiKey"] = JSONValue(made.apiKey.reveal())
    wanted["scope"] = consumer == nil ? "application" : "consumer"
    if let consumer { wanted["consumerId"] = JSONValue(consumer) }
    let answer = try await stranger.post("/auth", .object(wanted))
    let token = try #require(answer.json["data"]?["accessToken"]?.string)
    return try TestClient(made.apiURL, as: .application(token: token))
  }

  /// Whoever owns the spool, over the control socket.
  func owner() throws -> TestClient {
    var client = try TestClient("http://localhost/api", as: .nobody)
    client.socket = spool + "/control.sock"
    return client
  }

  /// Adds a webhook for all employee events.
  /// - Returns: its id and signing secret.
  func addWebhook(
    _ url: String,
    events: [String] = [
      "employee.created", "employee.updated", "employee.deactivated",
      "employee.reactivated", "employee.deleted",
    ]
  ) async throws -> (id: String, secret: String) {
    let answer = try await api().post(
      "/webhooks",
      ["deliveryUrl": JSONValue(url), "events": .array(events.map { JSONValue($0) })])
    #expect(answer.status == 201, "\(answer.text)")
    let data = answer.json["data"]
    return (
      try #require(data?["id"]?.string), try #require(data?["signingSecret"]?.string)
    )
  }
}

/// Runs a command of the program to its end.
/// - Returns: how it ended and everything it printed.
func runProgram(
  _ words: [String], environment: [String: String] = [:], within limit: Duration = .seconds(30)
) async throws -> (ending: ChildProcess.Ending?, output: String) {
  let directory = TemporaryDirectory()
  let child = try ChildProcess(
    program: TestServer.program, words: words,
    environment: TestServer.environment.merging(environment) { $1 },
    output: directory.file("output"))
  let ending = await child.ending(within: limit)
  if ending == nil { await child.stop(within: .zero) }
  return (ending, String(decoding: directory.read("output") ?? [], as: UTF8.self))
}
