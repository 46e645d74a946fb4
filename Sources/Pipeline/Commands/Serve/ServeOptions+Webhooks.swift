import Actors

extension ServeOptions {
  private typealias Bounds = WebhookSettings.Bounds

  /// The numbers of delivery; a webhook's own settings come before most of them.
  static let webhooks: [CommandOption] = [
    CommandOption(
      "webhook-timeout", .duration(Bounds.timeout), help: "For a whole attempt.", default: "20s"),
    CommandOption(
      "webhook-connect-timeout", .duration(Bounds.timeout), help: "To connect.", default: "5s"),
    CommandOption(
      "webhook-tls-timeout", .duration(Bounds.timeout), help: "For the TLS handshake.",
      default: "5s"),
    CommandOption(
      "webhook-retries", .durations(count: Bounds.attempts, each: Bounds.wait),
      help: "The wait before each attempt; after the last one the event is a dead letter.",
      default: "0s,5s,5m,30m,2h,5h,10h,14h,20h,24h"),
    CommandOption(
      "webhook-jitter", .count(Bounds.percent),
      help: "Percent by which a wait is stretched or shortened at random.", default: "20"),
    CommandOption(
      "webhook-retry-after-max", .duration(Bounds.wait),
      help: "The longest wait a receiver can ask for with Retry-After.", default: "24h"),
    CommandOption(
      "webhook-breaker-failures", .count(Bounds.failures),
      help: "Attempts in a row without an answer that open the breaker.", default: "5"),
    CommandOption(
      "webhook-breaker-share", .count(1...100),
      help: "Percent of failures within the span that open it, too.", default: "70"),
    CommandOption(
      "webhook-breaker-attempts", .count(Bounds.failures),
      help: "Attempts within the span below which that share does not count.", default: "10"),
    CommandOption(
      "webhook-breaker-span", .duration(10...86_400_000), help: "That span.", default: "5m"),
    CommandOption(
      "webhook-probe-after", .duration(Bounds.probe),
      help: "When a receiver with an open breaker is tried again; doubles each time.",
      default: "30s"),
    CommandOption(
      "webhook-probe-max", .duration(Bounds.probe), help: "And this much later at most.",
      default: "15m"),
    CommandOption(
      "webhook-disable-after", .duration(Bounds.patience),
      help: "A webhook that nothing was delivered to for so long is disabled.", default: "120h"),
    CommandOption(
      "webhook-request-bytes", .size(1024...(16 << 20)),
      help: "A larger event is not sent but a dead letter.", default: "512KiB"),
    CommandOption(
      "webhook-response-bytes", .size(0...(16 << 20)),
      help: "Read of an answer's body; what is longer is cut.", default: "64KiB"),
    CommandOption(
      "webhook-head-bytes", .size(256...(1 << 20)),
      help: "An answer with a longer head is a failure.", default: "16KiB"),
    CommandOption(
      "webhook-kept-bytes", .size(0...(64 << 10)),
      help: "Kept in 4-attempts of an answer's head, and of its body.", default: "4KiB"),
  ]
}

extension Settings {
  /// Numbers of delivery that were given; the others are the design's.
  mutating func takeWebhookNumbers(_ invocation: Invocation) {
    func time(_ name: String) -> Duration? {
      invocation.milliseconds("webhook-" + name).map { .milliseconds($0) }
    }
    let waits = invocation.text("webhook-retries").flatMap(DurationText.list)
    retries.delays = waits?.map { .milliseconds($0) } ?? retries.delays
    retries.jitter = invocation.count("webhook-jitter").map { Double($0) / 100 } ?? retries.jitter
    retries.ceiling = time("retry-after-max") ?? retries.ceiling
    breaker.failures = invocation.count("webhook-breaker-failures") ?? breaker.failures
    breaker.share = invocation.count("webhook-breaker-share") ?? breaker.share
    breaker.attempts = invocation.count("webhook-breaker-attempts") ?? breaker.attempts
    breaker.span = time("breaker-span") ?? breaker.span
    breaker.first = time("probe-after") ?? breaker.first
    breaker.longest = time("probe-max") ?? breaker.longest
    disableAfter = time("disable-after") ?? disableAfter
    webhookTimes.total = time("timeout") ?? webhookTimes.total
    webhookTimes.connect = time("connect-timeout") ?? webhookTimes.connect
    webhookTimes.tls = time("tls-timeout") ?? webhookTimes.tls
    webhookSizes.request = invocation.size("webhook-request-bytes") ?? webhookSizes.request
    webhookSizes.response = invocation.size("webhook-response-bytes") ?? webhookSizes.response
    webhookSizes.head = invocation.size("webhook-head-bytes") ?? webhookSizes.head
    webhookSizes.kept = invocation.size("webhook-kept-bytes") ?? webhookSizes.kept
  }
}
