import Transport

/// Fills a server's directory and reads it.
struct EmployeeBench: Sendable {
  private static let writers = 64
  /// Members of each group.
  private static let groupSize = 50
  private static let preparation: Duration = .seconds(86_400)

  let base: HTTPURL
  let made: FirstStart
  let users: Int
  let page: Int
  let seconds: Duration
  let connections: [Int]
  let processorTime: @Sendable () -> Duration?

  func measure() async throws(ClientFailure) -> BenchReport {
    guard let host = base.address else {
      throw ClientFailure("The temporary server has no address of its own.")
    }
    let loop = EventLoop(name: "bench")
    defer { loop.stop() }
    let address = SocketAddress.ip(host, port: base.port)
    try await fill(BenchLoad(loop: loop, address: address))
    let readers = EmployeeReaders(
      loop: loop, address: address, authority: base.authority,
      token: try await accessToken(HTTPClient(loop: loop)), users: users, page: page)
    var report = BenchReport()
    report.users = users
    for count in connections {
      let before = processorTime()
      let read = await readers.run(connections: count, for: seconds)
      var row = BenchReport.Row(
        "employees, \(page) a page", connections: count, perSecond: read.employeesPerSecond,
        latency: read.latency, failed: read.failed)
      if let before, let after = processorTime() { row.processorTime = after - before }
      report.rows.append(row)
      report.reason = report.reason ?? read.reason
    }
    return report
  }

  private func accessToken(_ http: HTTPClient) async throws(ClientFailure) -> Secret {
    guard let url = try? HTTPURL(parsing: made.apiURL) else {
      throw ClientFailure("The server's API has no address.")
    }
    var request = HTTPClientRequest(method: "POST", url: url.with(target: "/api/auth"))
    request.fields["Content-Type"] = "application/json"
    let body: JSONValue = [
      "apiKey": .string(made.apiKey.reveal()), "scope": "consumer",
      "consumerId": .string(made.consumerId),
    ]
    request.body = body.bytes
    request.totalDeadline = .seconds(30)
    guard case .success(let response) = await http.send(request),
      let token = try APIClient.read(response)["data"]?["accessToken"]?.string
    else { throw ClientFailure("The server gave no access token.") }
    return Secret(token)
  }

  /// Everybody has a manager, most are in a group, as far as their ids are remembered.
  private func fill(_ load: BenchLoad) async throws(ClientFailure) {
    let run = Random.token(prefix: "", characters: 6).lowercased()
    let creation = BenchRequest.create(
      base: base, token: made.apiToken, run: run, hasManager: true)
    let people = await load.run(
      .create(creation, numbers: Cursor(end: users)), connections: Self.writers,
      for: Self.preparation)
    if people.failed > 0 { throw ClientFailure("People were refused: \(people.reason ?? "").") }
    let ids = people.ids.map { String(decoding: $0, as: UTF8.self) }
    for start in stride(from: 0, to: ids.count, by: Self.groupSize) {
      let members = Array(ids[start..<min(start + Self.groupSize, ids.count)])
      let group = BenchRequest.createGroup(
        base: base, token: made.apiToken, name: "bench \(run) \(start)", members: members)
      let result = await load.run(
        .create(group, numbers: Cursor(end: 1)), connections: 1, for: Self.preparation)
      if result.failed > 0 { throw ClientFailure("A group was refused: \(result.reason ?? "").") }
    }
  }
}
