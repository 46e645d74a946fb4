package import Transport

/// What the store counts for `/metrics`.
package struct StoreCounters: Sendable {
  package let applied: Counter
  package let unchanged: Counter
  package let refused: Counter
  package let events: Counter

  package init(_ metrics: Metrics) {
    func outcomes(_ result: String) -> Counter {
      metrics.counter(
        "scim_hris_outcomes_total", help: "SCIM writes decided by the state store.",
        labels: ["result": result])
    }
    applied = outcomes("applied")
    unchanged = outcomes("unchanged")
    refused = outcomes("refused")
    events = metrics.counter("scim_hris_events_total", help: "Events committed.")
  }
}
