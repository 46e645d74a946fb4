import Actors

/// The options of `serve`, with defaults that fit the machine.
package enum ServeOptions {
  package static func table(for machine: Machine) -> [CommandOption] {
    let options =
      storage + definitions + network + sizes(machine) + stages(machine)
      + webhooks + conduct
    return options.map { option in
      var option = option
      option.environment = variable(option.name)
      return option
    }
  }

  /// "SCIM_HRIS_MAPPING_LANES".
  package static func variable(_ name: String) -> String {
    "SCIM_HRIS_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }

  private static let storage: [CommandOption] = [
    CommandOption(
      "spool", .text("directory"), help: "Where everything is kept.", default: "./spool"),
    CommandOption(
      "no-create", help: "Refuse to start when there is no spool yet; for service files."),
    CommandOption(
      "spool-keep", .duration(0...315_360_000_000),
      help: "How long lines of hops 1 and 2 stay once nothing needs them.", default: "72h"),
    CommandOption(
      "events-keep", .duration(0...315_360_000_000),
      help: "How long lines of hops 3 and 4 stay once nothing needs them.", default: "30d"),
    CommandOption(
      "spool-max-bytes", .size((1 << 20)...(1 << 50)),
      help: "Size of the spool above which lines that nothing needs go before their time.",
      absence: "4GiB or 25 % of the disk, the smaller"),
    CommandOption(
      "segment-bytes", .size((4 << 10)...(1 << 30)),
      help: "A file of a hop is sealed at this size, or after an hour.", default: "32MiB"),
    CommandOption(
      "snapshot-every", .count(1...Int.max),
      help: "Lines of 3-committed between two snapshots of the state.",
      absence: "when they are half its size"),
    CommandOption(
      "upgrade-format",
      help: "Let an older spool go on in this release's format; older releases refuse it then."),
    CommandOption(
      "disk-reserve", .size(0...(1 << 50)),
      help: "Free disk space below which writes are refused until there is more.",
      absence: "64MiB or 5 % of the disk, the larger"),
    CommandOption(
      "credentials", .text("file"),
      help: "Write what the first start prints to this file as JSON, once the socket listens.",
      absence: "none"),
  ]

  private static let definitions: [CommandOption] = [
    CommandOption(
      "schema", .text("file"),
      help: "Load SCIM schemas from this file, as RFC 7643 section 7 writes them.",
      absence: "none", isRepeating: true),
    CommandOption(
      "resource-type", .text("file"),
      help: "Serve the SCIM resource types of this file, as RFC 7643 section 6 writes them.",
      absence: "none", isRepeating: true),
  ]

  private static let network: [CommandOption] = [
    CommandOption("listen", .address, help: "Where to listen.", default: "127.0.0.1:8080"),
    CommandOption(
      "tls-certificate", .text("file"),
      help: "Speak https: the certificate and those below its root, in PEM; SIGHUP reads it again.",
      absence: "none"),
    CommandOption(
      "tls-key", .text("file"), help: "The certificate's key, in PEM, without a password.",
      absence: "none"),
    CommandOption(
      "public-url", .url, help: "The address others reach this server at; Okta needs https.",
      absence: "none"),
    CommandOption(
      "trusted-proxy", .network, help: "Whose X-Forwarded-For is believed.",
      absence: "loopback", isRepeating: true),
    CommandOption(
      "metrics-listen", .address, help: "Serve /metrics here as well as on loopback.",
      absence: "none"),
    CommandOption(
      "allow-webhook-net", .network,
      help: "A network webhooks may reach although it is not public.",
      absence: "none", isRepeating: true),
    CommandOption(
      "webhook-ca", .text("file"),
      help: "Certificates in PEM that https receivers may have theirs from, besides the machine's.",
      absence: "none", isRepeating: true),
  ]

  private static func sizes(_ machine: Machine) -> [CommandOption] {
    let inflight = min(max(machine.memory / 16, 16 << 20), 256 << 20)
    let whole = (inflight >> 20) << 20
    return [
      CommandOption(
        "loops", .count(1...64), help: "Event loop threads for HTTP.", default: "1"),
      CommandOption(
        "max-connections", .count(1...100_000), help: "Connections open at once.",
        default: "512"),
      CommandOption(
        "inflight-bytes", .size((1 << 20)...(1 << 40)),
        help: "Memory for request bodies and queued messages; above it reading pauses.",
        default: ByteSize.text(whole)),
      CommandOption(
        "channel-capacity", .count(1...65_536),
        help: "Messages that may wait between two stages.", default: "1024"),
    ]
  }

  private static func stages(_ machine: Machine) -> [CommandOption] {
    let mapping = min(max(machine.processors * 2, 2), 16)
    let delivery = machine.memory <= 512 << 20 ? 32 : 128
    return [
      CommandOption(
        "mapping-lanes", .count(1...64), help: "Mapping workers; a resource stays in its lane.",
        default: "\(mapping)"),
      CommandOption(
        "delivery-concurrency", .count(1...4096), help: "Webhook attempts in flight at once.",
        default: "\(delivery)"),
      CommandOption(
        "webhook-window", .count(WebhookSettings.Bounds.window),
        help: "Attempts in flight per webhook.",
        default: "4"),
      CommandOption(
        "dead-hold",
        help: "After a dead letter, hold the employee's further events until somebody looks."),
    ]
  }

  private static let conduct: [CommandOption] = [
    CommandOption(
      "drain", .duration(0...600_000),
      help: "How long a stop waits for open requests, then for attempts.", default: "10s"),
    CommandOption(
      "log-level", .choice(["debug", "info", "warning", "error"]), help: "What is logged.",
      default: "info"),
    CommandOption(
      "log-format", .choice(["auto", "text", "json"]),
      help: "How it is logged; auto is text on a terminal, else JSON.", default: "auto"),
  ]

  /// "4, default", "8, from SCIM_HRIS_MAPPING_LANES", "none, default".
  package static func inForce(_ invocation: Invocation, _ option: CommandOption) -> String? {
    let (values, source) = invocation.values(option.name)
    let text =
      option.value == .flag
      ? (invocation.flag(option.name) ? "on" : "off") : values.joined(separator: ", ")
    let value = text.isEmpty ? option.absence ?? "none" : text
    return switch source {
    case .commandLine: "\(value), from --\(option.name)"
    case .environment(let variable): "\(value), from \(variable)"
    case .fallback: "\(value), default"
    }
  }
}
