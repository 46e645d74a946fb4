package import Actors
package import Transport

/// Everything `serve` can be told, as typed values; the topology is built from it.
package struct Settings: Sendable, Equatable {
  package var spool: String
  /// False with `--no-create`: a wrong working directory must not become a second, empty server.
  package var mayCreateSpool: Bool
  /// Bytes; nil means 64 MiB or 5 % of the disk, the larger.
  package var diskReserve: Int?
  /// How long unneeded lines stay, of hops 1 and 2 and of hops 3 and 4.
  package var spoolKeep: Duration
  package var eventsKeep: Duration
  /// Bytes; nil means 4 GiB or a quarter of the disk, the smaller.
  package var spoolMaxBytes: Int?
  /// Bytes.
  package var segmentBytes: Int
  /// Lines of `3-committed`; nil means by size.
  package var snapshotEvery: Int?
  /// Whether a spool of an older format goes on in the newest.
  package var upgradesFormat: Bool
  package var credentials: String?
  /// Definition files, in the order they are read.
  package var schemaFiles: [String]
  package var resourceTypeFiles: [String]

  package var listen: HostPort
  /// The listener's certificate and key; nil for plain HTTP.
  package var tls: ServerTLSFiles?
  package var publicURL: WebAddress?
  package var trustedProxies: [IPNetwork]
  package var metricsListen: HostPort?
  package var allowedWebhookNetworks: [IPNetwork]
  /// Files with certificates that https receivers may have theirs from.
  package var webhookAuthorities: [String]

  package var loops: Int
  package var maxConnections: Int
  /// Bytes.
  package var inflightBytes: Int
  package var channelCapacity: Int

  package var mappingLanes: Int
  package var deliveryConcurrency: Int
  package var webhookWindow: Int
  /// Whether a key waits after a dead letter.
  package var deadHold: Bool
  package var retries = RetrySchedule()
  package var breaker = Breaker.Limits()
  package var webhookTimes = DeliveryOptions.Times()
  package var webhookSizes = DeliveryOptions.Sizes()
  /// How long nothing may be delivered to a webhook before it is disabled.
  package var disableAfter = DeliveryOptions().disableAfter

  package var drain: Duration
  package var logLevel: String
  package var logFormat: String

  /// Loopback of both families.
  package static let loopback = [IPNetwork(parsing: "127.0.0.0/8"), IPNetwork(parsing: "::1/128")]
    .compactMap { $0 }

  /// - Parameter invocation: of a command whose options are `ServeOptions.table`, so that every
  ///   number is there and within its bounds.
  package init(_ invocation: Invocation) throws(UsageError) {
    func count(_ name: String) -> Int { invocation.count(name) ?? 1 }
    func networks(_ name: String) -> [IPNetwork] {
      invocation.values(name).values.compactMap { IPNetwork(parsing: $0) }
    }
    spool = invocation.text("spool") ?? "./spool"
    mayCreateSpool = !invocation.flag("no-create")
    diskReserve = invocation.size("disk-reserve")
    spoolKeep = .milliseconds(invocation.milliseconds("spool-keep") ?? 259_200_000)
    eventsKeep = .milliseconds(invocation.milliseconds("events-keep") ?? 2_592_000_000)
    spoolMaxBytes = invocation.size("spool-max-bytes")
    segmentBytes = invocation.size("segment-bytes") ?? 32 << 20
    snapshotEvery = invocation.count("snapshot-every")
    upgradesFormat = invocation.flag("upgrade-format")
    credentials = invocation.text("credentials")
    schemaFiles = invocation.values("schema").values
    resourceTypeFiles = invocation.values("resource-type").values
    listen =
      invocation.text("listen").flatMap { HostPort($0) }
      ?? HostPort(host: "127.0.0.1", port: 8080)
    tls = try ServerTLSFiles(invocation)
    publicURL = try Self.publicURL(invocation.text("public-url"))
    let proxies = networks("trusted-proxy")
    trustedProxies = proxies.isEmpty ? Self.loopback : proxies
    metricsListen = invocation.text("metrics-listen").flatMap { HostPort($0) }
    allowedWebhookNetworks = networks("allow-webhook-net")
    webhookAuthorities = invocation.values("webhook-ca").values
    loops = count("loops")
    maxConnections = count("max-connections")
    inflightBytes = invocation.size("inflight-bytes") ?? 16 << 20
    channelCapacity = count("channel-capacity")
    mappingLanes = count("mapping-lanes")
    deliveryConcurrency = count("delivery-concurrency")
    webhookWindow = count("webhook-window")
    deadHold = invocation.flag("dead-hold")
    drain = .milliseconds(invocation.milliseconds("drain") ?? 10_000)
    logLevel = invocation.text("log-level") ?? "info"
    logFormat = invocation.text("log-format") ?? "auto"
    takeWebhookNumbers(invocation)
  }

  /// Okta refuses a Base URL with an underscore, and the slug is appended to this one.
  private static func publicURL(_ text: String?) throws(UsageError) -> WebAddress? {
    guard let text else { return nil }
    guard let address = WebAddress(text), !text.contains("?") else {
      throw .invalidValue(label: "--public-url <url>", value: text, expected: "a URL without '?'")
    }
    if text.contains("_") {
      throw .invalidValue(
        label: "--public-url <url>", value: text,
        expected: "a URL without an underscore, because Okta refuses one")
    }
    return address
  }

  /// What URLs shown to people start with: the public URL, else the address that is bound.
  package func baseURL(bound: HostPort) -> String {
    if let publicURL { return publicURL.description }
    let everywhere = ["0.0.0.0", "::"].contains(bound.host)
    let scheme = tls == nil ? "http" : "https"
    return "\(scheme)://\(everywhere ? HostPort(host: "127.0.0.1", port: bound.port) : bound)"
  }

  /// Descriptors the process may need: for connections to the server; for attempts in flight and
  /// connections kept after them; and for files of the spool, a first attempt of each webhook, and
  /// the server's own.
  package static func descriptors(maxConnections: Int, deliveryConcurrency: Int) -> Int {
    maxConnections * 2 + deliveryConcurrency * 3 + 1024
  }
}
