import Actors
import Pipeline
import Testing
import Transport

@Suite struct SettingsTests {
  private func serve(
    _ words: [String], machine: Machine = Machine(memory: 4 << 30, processors: 2),
    environment: [String: String] = [:]
  ) -> CommandParser.Outcome {
    let command = Command(
      "serve", abstract: "Run the server", options: ServeOptions.table(for: machine),
      inForce: ServeOptions.inForce, run: { _ in .success })
    let root = Command("scim-hris", abstract: "", subcommands: [command])
    return CommandParser(
      root: root, standard: "serve", version: "0.1.0", environment: environment
    ).parse(words)
  }

  private func settings(
    _ words: [String] = [], machine: Machine = Machine(memory: 4 << 30, processors: 2),
    environment: [String: String] = [:]
  ) throws -> Settings {
    guard case .run(let invocation) = serve(words, machine: machine, environment: environment)
    else { throw ExitCode.usage }
    return try Settings(invocation)
  }

  @Test func `the defaults are those of the flags table`() throws {
    let settings = try settings()
    #expect(settings.spool == "./spool" && settings.mayCreateSpool)
    #expect(settings.listen == HostPort(host: "127.0.0.1", port: 8080))
    #expect(settings.publicURL == nil && settings.metricsListen == nil)
    #expect(settings.trustedProxies.map(\.description) == ["127.0.0.0/8", "::1/128"])
    #expect(settings.loops == 1 && settings.maxConnections == 512)
    #expect(settings.inflightBytes == 256 << 20 && settings.channelCapacity == 1024)
    #expect(settings.mappingLanes == 4)
    #expect(settings.deliveryConcurrency == 128)
    #expect(settings.webhookWindow == 4)
    #expect(settings.diskReserve == nil && settings.drain == .seconds(10))
    #expect(settings.logLevel == "info" && settings.logFormat == "auto")
    #expect(settings.schemaFiles.isEmpty && settings.resourceTypeFiles.isEmpty)
    #expect(settings.allowedWebhookNetworks.isEmpty && settings.credentials == nil)
  }

  @Test func `the numbers of delivery are the design's, and each is a flag`() throws {
    let settings = try settings()
    #expect(settings.retries == RetrySchedule() && settings.breaker == Breaker.Limits())
    #expect(settings.webhookTimes == DeliveryOptions.Times())
    #expect(settings.webhookSizes == DeliveryOptions.Sizes())
    #expect(settings.disableAfter == .seconds(120 * 3600))
    let other = try self.settings([
      "--webhook-retries", "1s,2m", "--webhook-jitter", "0", "--webhook-retry-after-max", "1h",
      "--webhook-breaker-failures", "2", "--webhook-breaker-share", "50",
      "--webhook-breaker-attempts", "4", "--webhook-breaker-span", "1m", "--webhook-probe-after",
      "250ms", "--webhook-probe-max", "1s", "--webhook-disable-after", "1d", "--webhook-timeout",
      "3s", "--webhook-connect-timeout", "2s", "--webhook-tls-timeout", "1s",
      "--webhook-request-bytes", "1KiB", "--webhook-response-bytes", "2KiB",
      "--webhook-head-bytes", "3KiB", "--webhook-kept-bytes", "100",
    ])
    #expect(
      other.retries
        == RetrySchedule(delays: [.seconds(1), .seconds(120)], jitter: 0, ceiling: .seconds(3600)))
    let breaker = other.breaker
    #expect((breaker.failures, breaker.share, breaker.attempts) == (2, 50, 4))
    #expect(breaker.span == .seconds(60))
    #expect((breaker.first, breaker.longest) == (.milliseconds(250), .seconds(1)))
    #expect(other.disableAfter == .seconds(86_400))
    let times = other.webhookTimes
    #expect((times.total, times.connect, times.tls) == (.seconds(3), .seconds(2), .seconds(1)))
    let sizes = other.webhookSizes
    #expect((sizes.request, sizes.response, sizes.head, sizes.kept) == (1024, 2048, 3072, 100))
    #expect(throws: ExitCode.self) { try self.settings(["--webhook-retries", "0s,,5s"]) }
    #expect(throws: ExitCode.self) { try self.settings(["--webhook-retries", "0s,fast"]) }
  }

  @Test func `a small machine gets small defaults`() throws {
    let settings = try settings(machine: Machine(memory: 512 << 20, processors: 1))
    #expect(settings.inflightBytes == 32 << 20)
    #expect(settings.deliveryConcurrency == 32)
    #expect(settings.mappingLanes == 2)
    let tiny = try self.settings(machine: Machine(memory: 64 << 20, processors: 64))
    #expect(tiny.inflightBytes == 16 << 20)
    #expect(tiny.mappingLanes == 16)
  }

  @Test func `every option has its variable`() throws {
    let variables = [
      "SCIM_HRIS_LISTEN": "[::1]:0", "SCIM_HRIS_INFLIGHT_BYTES": "64MiB",
      "SCIM_HRIS_DRAIN": "250ms", "SCIM_HRIS_PUBLIC_URL": "https://scim.example.com/",
      "SCIM_HRIS_NO_CREATE": "true", "SCIM_HRIS_TRUSTED_PROXY": "10.0.0.1,fd00::/8",
    ]
    let settings = try settings(environment: variables)
    #expect(settings.listen == HostPort(host: "::1", port: 0))
    #expect(settings.inflightBytes == 64 << 20)
    #expect(settings.drain == .milliseconds(250))
    #expect(settings.publicURL?.description == "https://scim.example.com")
    #expect(!settings.mayCreateSpool)
    #expect(settings.trustedProxies.map(\.description) == ["10.0.0.1/32", "fd00::/8"])
  }

  @Test func `a public URL with an underscore is refused, because Okta would`() throws {
    guard case .run(let invocation) = serve(["--public-url", "https://my_host.example.com"])
    else { throw ExitCode.usage }
    let error = #expect(throws: UsageError.self) { try Settings(invocation) }
    #expect(
      error?.message(path: ["serve"])
        == "Error: The value 'https://my_host.example.com' is invalid for '--public-url <url>':"
        + " expected a URL without an underscore, because Okta refuses one."
        + "  See 'scim-hris serve --help'.")
  }

  @Test func `help shows each value in force and where it came from`() {
    let outcome = serve(
      ["--loops", "4", "--help"], environment: ["SCIM_HRIS_WEBHOOK_WINDOW": "8"])
    guard case .show(let text) = outcome else {
      Issue.record("not shown")
      return
    }
    #expect(text.contains("  --loops <n>               Event loop threads for HTTP. (now: 4, from"))
    #expect(text.contains("(now: 8, from SCIM_HRIS_WEBHOOK_WINDOW)"))
    #expect(text.contains("(now: ./spool, default)"))
    #expect(text.contains("(now: off, default)"))
    #expect(text.contains("believed. (now: loopback, default)"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test func `URLs name loopback when every interface is bound`() throws {
    let plain = try settings()
    #expect(plain.baseURL(bound: HostPort(host: "0.0.0.0", port: 81)) == "http://127.0.0.1:81")
    #expect(plain.baseURL(bound: HostPort(host: "::1", port: 81)) == "http://[::1]:81")
    let known = try settings(["--public-url", "https://scim.example.com"])
    #expect(known.baseURL(bound: plain.listen) == "https://scim.example.com")
  }
}

@Suite struct MachineTests {
  private func machine(_ files: [String: String]) -> Machine {
    Machine(read: { files[$0] })
  }

  private let host = [
    "/proc/meminfo": "MemTotal:        4194304 kB\nMemFree: 1 kB\n",
    "/proc/self/status": "Name:\tx\nCpus_allowed_list:\t0-2,5\n",
  ]

  @Test func `without limits the machine itself counts`() {
    #expect(machine(host) == Machine(memory: 4 << 30, processors: 4))
  }

  @Test func `a control group of version 2 counts, also one further up`() {
    let files = host.merging([
      "/proc/self/cgroup": "0::/system.slice/hris.service\n",
      "/sys/fs/cgroup/system.slice/hris.service/memory.max": "max\n",
      "/sys/fs/cgroup/system.slice/memory.max": "536870912\n",
      "/sys/fs/cgroup/system.slice/hris.service/cpu.max": "150000 100000\n",
    ]) { $1 }
    #expect(machine(files) == Machine(memory: 512 << 20, processors: 2))
  }

  @Test func `control groups of version 1 count`() {
    let files = host.merging([
      "/proc/self/cgroup": "3:memory:/docker/ab\n2:cpu,cpuacct:/docker/ab\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    ]) { $1 }
    #expect(machine(files) == Machine(memory: 1 << 30, processors: 1))
  }

  @Test func `this machine has memory and a processor`() {
    #expect(Machine.current.memory > 64 << 20)
    #expect((1...4096).contains(Machine.current.processors))
  }

  @Test func `an address space limit counts as memory`() {
    let limits = "Max address space         536870912            unlimited            bytes\n"
    let files = host.merging(["/proc/self/limits": limits]) { $1 }
    #expect(machine(files).memory == 512 << 20)
  }
}
