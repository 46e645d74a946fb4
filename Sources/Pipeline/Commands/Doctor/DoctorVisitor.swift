import Transport

/// Comes to the public address as Okta does, from here.
struct DoctorVisitor: Sendable {
  private static let patience: Duration = .seconds(10)
  /// Of those the name has, IPv6 and IPv4 alike.
  private static let mostAddresses = 4

  private let base: HTTPURL
  private let http: HTTPClient
  private let authorities: [String]

  /// - Parameters:
  ///   - base: a SCIM 2.0 Base URL at the public address.
  ///   - authorities: files of roots that are believed besides the machine's.
  init(base: HTTPURL, http: HTTPClient, authorities: [String]) {
    self.base = base
    self.http = http
    self.authorities = authorities
  }

  /// What follows a failure would only say so again.
  func visit(_ show: (DoctorFinding) -> Void) async {
    if let finding = PublicChecks.scheme(base) { return show(finding) }
    let resolved = try? await Resolver().addresses(
      of: base.host, on: http.loop, by: .after(Self.patience))
    show(PublicChecks.name(base.host, resolved ?? []))
    var failures: [(IPAddress, TLSInspection.Failure)] = []
    for address in (resolved ?? []).prefix(Self.mostAddresses) {
      switch await look(through: address) {
      case .failure(let failure): failures.append((address, failure))
      case .success(let found):
        for (address, failure) in failures {
          show(PublicChecks.astray(failure, address: address, port: base.port))
        }
        show(PublicChecks.judge(.success(found), address: address, port: base.port))
        return await call(show)
      }
    }
    for (address, failure) in failures {
      show(PublicChecks.judge(.failure(failure), address: address, port: base.port))
    }
  }

  /// A new trust each time: a session that goes on would show no certificates.
  private func look(
    through address: IPAddress
  ) async -> Result<TLSInspection, TLSInspection.Failure> {
    await TLSInspection.look(
      at: base, through: address, trust: TLSTrust(files: authorities, option: "--ca"),
      on: http.loop, by: .after(Self.patience))
  }

  private func call(_ show: (DoctorFinding) -> Void) async {
    let before = Timestamp.now
    switch await send(base.target + "/Users?count=1", HTTPFields()) {
    case .failure(let failure):
      show(.bad("answer", "\(failure)", "Is the server behind the proxy up?"))
    case .success(let response):
      show(
        PublicChecks.stranger(
          status: response.status, fields: response.fields, body: response.body))
      clock(response, since: before, show)
    }
    guard let slug = base.target.start(ofPart: "/scim/v2/") else { return }
    let api = base.target[..<slug] + "/api/consumers?limit=1"
    if case .success(let response) = await send(String(api), ["Authorization": "Bearer doctor"]) {
      show(
        PublicChecks.bearer(status: response.status, fields: response.fields, body: response.body))
    }
  }

  private func clock(
    _ response: HTTPClientResponse, since before: Timestamp, _ show: (DoctorFinding) -> Void
  ) {
    guard let theirs = response.fields["Date"].flatMap(HTTPDate.parse) else { return }
    let half = (Timestamp.now.milliseconds - before.milliseconds) / 2
    let ours = before.advanced(by: .milliseconds(half))
    show(MachineChecks.clock(theirs: theirs, ours: ours))
  }

  private func send(_ target: String, _ fields: HTTPFields) async -> HTTPClientResult {
    var request = HTTPClientRequest(method: "GET", url: base.with(target: target), fields: fields)
    request.totalDeadline = Self.patience
    return await http.send(request)
  }
}

extension String {
  /// Where `part` begins.
  fileprivate func start(ofPart part: String) -> Index? {
    indices.first { self[$0...].hasPrefix(part) }
  }
}
