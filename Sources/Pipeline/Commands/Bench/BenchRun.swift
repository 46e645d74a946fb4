import Transport

/// What a benchmark can be asked for.
enum BenchCall: String, CaseIterable, Sendable {
  case create, get, filter, patch, group
}

/// The rows of a benchmark, one after another against one server.
struct BenchRun: Sendable {
  private static let preloadConnections = 64
  private static let probeTime: Duration = .seconds(1)
  /// Members of the groups one member is added to and removed from.
  private static let groupSizes = [50, 50_000]
  private static let preparation: Duration = .seconds(60)
  /// Users a run may make at most; their numbers have ten digits.
  private static let userBound = 9_000_000_000

  let base: HTTPURL
  let token: Secret
  let seconds: Duration
  let preload: Int
  var calls = Set(BenchCall.allCases)
  /// Connections kept busy, a row each.
  var connections = [1, 16, 64]
  /// The server's processor time up to now, when it is ours.
  var processorTime: @Sendable () -> Duration? = { nil }

  func measure(disk directory: String) async throws(ClientFailure) -> BenchReport {
    guard preload > 0 || calls.contains(.create) else {
      throw ClientFailure("Without creating users first there are none: add --users.", .usage)
    }
    guard base.scheme == .http, let address = base.address ?? Self.loopback(base.host) else {
      throw ClientFailure("bench needs an http Base URL with an address: http://127.0.0.1:8080/…")
    }
    let loop = EventLoop(name: "bench")
    defer { loop.stop() }
    let load = BenchLoad(loop: loop, address: .ip(address, port: base.port))
    let run = Random.token(prefix: "", characters: 6).lowercased()
    let creation = BenchRequest.create(base: base, token: token, run: run)
    var report = BenchReport()
    if calls.count > 1 { try await probe(directory, into: &report) }
    var ids: [[UInt8]] = []
    if preload > 0 {
      let numbers = Cursor(end: preload)
      ids = await row(
        "POST /Users, \(DecimalText.grouped(preload)) first", load,
        .create(creation, numbers: numbers), Self.preloadConnections, for: .seconds(86_400),
        &report)
    }
    try await read(load, run, ids: ids, users: preload, &report)
    let numbers = Cursor(from: preload, end: Self.userBound)
    for count in connections where calls.contains(.create) {
      let made = await row(
        "POST /Users, durable", load, .create(creation, numbers: numbers), count, &report)
      ids = (ids + made).suffix(BenchLoad.idBound)
    }
    if preload == 0 { try await read(load, run, ids: ids, users: numbers.position, &report) }
    if calls.contains(.patch) { await change(load, ids: ids, &report) }
    for size in Self.groupSizes where calls.contains(.group) {
      try await group(of: size, load, run, ids: ids, &report)
    }
    report.users = numbers.position
    return report
  }

  private func probe(
    _ directory: String, into report: inout BenchReport
  ) async throws(ClientFailure) {
    let thread = BlockingThread(name: "disk probe")
    defer { thread.stop() }
    do throws(FileError) {
      let disk = try await thread.run { () throws(FileError) in
        try DiskProbe.run(in: directory, for: Self.probeTime)
      }
      report.rows.append(
        .init(
          "fdatasync of 1 KiB, this disk", connections: nil, perSecond: disk.perSecond,
          latency: disk.latency, failed: 0))
    } catch {
      throw ClientFailure("The disk cannot be measured: \(error).", .inputOutput)
    }
  }

  private func read(
    _ load: BenchLoad, _ run: String, ids: [[UInt8]], users: Int, _ report: inout BenchReport
  ) async throws(ClientFailure) {
    guard let first = ids.first, users > 0 else { return }
    let (get, place) = BenchRequest.get(
      base: base, token: token, id: String(decoding: first, as: UTF8.self))
    let alike = ids.filter { $0.count == first.count }
    let filter = BenchRequest.filter(base: base, token: token, run: run)
    for count in connections where calls.contains(.get) {
      _ = await row(
        "GET /Users/{id}", load, .get(get, at: place, ids: alike), count, &report)
    }
    for count in connections where calls.contains(.filter) {
      _ = await row(
        "GET /Users?filter=userName", load, .filter(filter, below: users), count, &report)
    }
  }

  /// Switches users off and on.
  private func change(_ load: BenchLoad, ids: [[UInt8]], _ report: inout BenchReport) async {
    guard let first = ids.first.map({ String(decoding: $0, as: UTF8.self) }) else { return }
    let (off, place) = BenchRequest.patchActive(false, base: base, token: token, id: first)
    let on = BenchRequest.patchActive(true, base: base, token: token, id: first).request
    let alike = ids.filter { $0.count == first.utf8.count }
    for count in connections {
      let toggle = BenchToggle(there: off, back: on, place: place, ids: alike, expected: 200)
      _ = await row("PATCH /Users/{id} active", load, .toggle(toggle), count, &report)
    }
  }

  /// Adds and removes one member of a group of that size; every connection its own.
  private func group(
    of size: Int, _ load: BenchLoad, _ run: String, ids: [[UInt8]], _ report: inout BenchReport
  ) async throws(ClientFailure) {
    let users = ids.prefix(size).map { String(decoding: $0, as: UTF8.self) }
    let strangers = (users.count..<max(size, users.count)).map { "bench-nobody-\($0)" }
    let creation = BenchRequest.createGroup(
      base: base, token: token, name: "bench \(run) \(size)", members: users + strangers)
    let made = await load.run(
      .create(creation, numbers: Cursor(end: 1)), connections: 1, for: Self.preparation)
    guard let id = made.ids.first.map({ String(decoding: $0, as: UTF8.self) }) else {
      throw ClientFailure("The group for the benchmark was not made: \(made.reason ?? "no id").")
    }
    let toggle = BenchToggle(
      there: .patchMember(adds: true, base: base, token: token, group: id),
      back: .patchMember(adds: false, base: base, token: token, group: id), expected: 204)
    for count in connections {
      _ = await row(
        "PATCH group of \(DecimalText.grouped(size))", load, .toggle(toggle), count, &report)
    }
  }

  /// - Returns: ids of what was created.
  private func row(
    _ label: String, _ load: BenchLoad, _ kind: BenchLoad.Kind, _ connections: Int,
    for time: Duration? = nil, _ report: inout BenchReport
  ) async -> [[UInt8]] {
    let before = processorTime()
    let result = await load.run(kind, connections: connections, for: time ?? seconds)
    var row = BenchReport.Row(
      label, connections: connections, perSecond: result.perSecond, latency: result.latency,
      failed: result.failed)
    if let before, let after = processorTime() { row.processorTime = after - before }
    report.rows.append(row)
    report.reason = report.reason ?? result.reason
    return result.ids
  }

  private static func loopback(_ host: String) -> IPAddress? {
    host == "localhost" ? .loopback : nil
  }
}
