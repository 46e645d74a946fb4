import Transport

/// The numbers of delivery, so that all of them stand in one place: those of the server, or what one
/// webhook's settings make of them.
package struct DeliveryOptions: Sendable {
  /// Attempts in flight over all webhooks, beyond one each.
  package var concurrency = 128
  package var limits = DeliveryQueue.Limits()
  package var schedule = RetrySchedule()
  package var breaker = Breaker.Limits()
  /// How long nothing may be delivered before a webhook is disabled.
  package var disableAfter = Duration.hours(120)
  package var times = Times()
  package var sizes = Sizes()
  /// Whether a key waits after a dead letter, until somebody looks.
  package var holdsAfterDead = false
  package var userAgent = "scim-hris"

  /// How often due keys are looked for and cursors saved.
  package var tick = Duration.milliseconds(250)
  /// Finished attempts after which a cursor is saved without waiting for the tick.
  package var cursorEvery = 1000
  /// How often it is asked whether a webhook must give something up.
  package var spaceEvery = Duration.seconds(1)
  /// How long a stop waits for attempts in flight.
  package var stopWithin = Duration.seconds(20)

  /// How long an attempt may take, and parts of it.
  package struct Times: Sendable, Equatable {
    package var connect = Duration.seconds(5)
    package var tls = Duration.seconds(5)
    package var total = Duration.seconds(20)

    package init() {}
  }

  /// Bytes.
  package struct Sizes: Sendable, Equatable {
    /// The largest event that is sent.
    package var request = 512 << 10
    /// Read of a response's body, and of its head.
    package var response = 64 << 10
    package var head = 16 << 10
    /// Kept in the ledger of a response's head, and of its body.
    package var kept = 4 << 10

    package init() {}
  }

  package init() {}
}

extension DeliveryOptions {
  /// What holds for one webhook.
  package func `for`(_ webhook: Webhook) -> DeliveryOptions {
    let settings = webhook.settings
    if settings.isEmpty { return self }
    var options = self
    options.limits.window = settings.window ?? limits.window
    options.schedule.delays = settings.retries ?? schedule.delays
    options.schedule.jitter = settings.jitter.map { Double($0) / 100 } ?? schedule.jitter
    options.breaker.failures = settings.breakerFailures ?? breaker.failures
    options.breaker.first = settings.probeAfter ?? breaker.first
    options.breaker.longest = settings.probeMax ?? breaker.longest
    options.disableAfter = settings.disableAfter ?? disableAfter
    options.times.connect = settings.connectTimeout ?? times.connect
    options.times.tls = settings.tlsTimeout ?? times.tls
    options.times.total = settings.timeout ?? times.total
    return options
  }
}
