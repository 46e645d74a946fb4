import Transport

/// One demo: starts server and receiver, drives the simulator, judges, cleans up.
struct DemoRun: Sendable {
  /// Without any event for so long, what is missing counts as lost.
  private static let quiet: Duration = .seconds(30)
  /// After the last expected event: time for one that nobody expects.
  private static let grace: Duration = .milliseconds(300)

  private let invocation: Invocation
  private let users: Int
  private let seed: Int
  private let receiver: DemoReceiver

  init(_ invocation: Invocation) {
    self.invocation = invocation
    users = invocation.count("users") ?? 200
    seed = invocation.count("seed") ?? 1
    receiver = DemoReceiver(showsAll: invocation.flag("all"))
  }

  func run() async throws(ClientFailure) -> ExitCode {
    let server = try await TemporaryServer.start(
      in: ScratchDirectory.parent(invocation.environment),
      options: ["--allow-webhook-net", "127.0.0.0/8", "--log-level", "warning"],
      environment: invocation.environment)
    let result: Result<ExitCode, ClientFailure>
    do throws(ClientFailure) {
      result = .success(try await run(against: server))
    } catch {
      result = .failure(error)
    }
    let stopped = await server.stop()
    let code = try result.get()
    if !stopped { throw ClientFailure("The server did not stop when it was asked to.") }
    return code
  }

  private func run(against server: TemporaryServer) async throws(ClientFailure) -> ExitCode {
    let loops = (EventLoop(name: "receiver"), EventLoop(name: "simulator"))
    defer {
      loops.0.stop()
      loops.1.stop()
    }
    let receiver = receiver
    let listener = HTTPServer(
      loops: [loops.0], service: HTTPService(handler: { receiver.receive($0) }))
    let address: SocketAddress
    do throws(HTTPServerError) {
      address = try await listener.listen(on: .tcp(host: "127.0.0.1", port: 0))
    } catch {
      throw ClientFailure("The receiver cannot listen: \(error).", .inputOutput)
    }
    let http = HTTPClient(loop: loops.1)
    receiver.open(try await subscribe(to: address, server, http))
    Terminal.write(DemoScreen.head(bound: try server.base.authority, users: users, seed: seed))
    let failed = try await push(into: server, http)
    let book = await judge()
    await listener.drain(within: .seconds(1))
    guard failed == 0 else {
      throw ClientFailure("\(StartScreen.count(failed, "SCIM call")) failed.")
    }
    return book.map(DemoScreen.isSound) == true ? .success : .failure
  }

  /// Makes the webhook through the API, as an application would.
  private func subscribe(
    to address: SocketAddress, _ server: TemporaryServer, _ http: HTTPClient
  ) async throws(ClientFailure) -> DemoBook {
    let base = try server.base
    let api = APIClient(
      .network(url: base.with(target: "/api"), apiKey: server.made.apiKey), http: http)
    let body = JSONObject([.init(name: "deliveryUrl", value: .string("http://\(address)/hris"))])
    let made = try await api.call("POST", "/webhooks", body: body)["data"]
    guard let secret = made?["signingSecret"]?.string, let book = DemoBook(secret: Secret(secret))
    else { throw ClientFailure("The server's answer shows no signing secret.") }
    return book
  }

  /// - Returns: how many calls failed.
  private func push(
    into server: TemporaryServer, _ http: HTTPClient
  ) async throws(ClientFailure) -> Int {
    let receiver = receiver
    let simulator = ProviderSimulator(
      company: SimulatedCompany(users: users, seed: UInt64(seed)),
      caller: HTTPSCIMCaller(http: http, base: try server.base, token: server.made.apiToken),
      connections: invocation.count("connections") ?? 4, rate: invocation.count("rate"),
      onOutcome: { receiver.expect($0) })
    await simulator.run()
    let totals = simulator.tally.snapshot
    if totals.failed > 0 { Terminal.write(CallTable.text(totals)) }
    return totals.failed
  }

  private func judge() async -> DemoBook? {
    guard await receiver.complete(quiet: Self.quiet) != nil else { return nil }
    try? await ContinuousClock().sleep(for: Self.grace)
    guard let book = await receiver.complete(quiet: .zero) else { return nil }
    Terminal.write(receiver.ending)
    Terminal.write(
      DemoScreen.result(book, program: CommandLine.arguments.first ?? "scim-hris"))
    return book
  }
}
