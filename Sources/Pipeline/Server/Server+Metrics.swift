import Actors
import Transport

extension Server {
  /// What is read off the parts when somebody scrapes.
  func registerMetrics() {
    let (spool, topology, http) = (spool, topology, http)
    let inputs = topology.mapping.lanes.map(\.input)
    register(.authentication) {
      [(topology.authentication.input.count, topology.authentication.input.oldestWait)]
    }
    register(.mapping) { inputs.map { ($0.count, $0.oldestWait) } }
    register(.store) { [(topology.store.input.count, topology.store.input.oldestWait)] }
    metrics.gauge(
      "scim_hris_connections_open", help: "Connections open now, on every listener.",
      read: { Double(http.statistics.connectionsOpen) })
    if let identity {
      metrics.gauge(
        "scim_hris_tls_certificate_expiry_seconds",
        help: "When our own certificate runs out, in seconds since 1970.",
        read: { Double(identity.expires?.seconds ?? 0) })
    }
    metrics.gauge(
      "scim_hris_disk_free_bytes", help: "Free bytes on the spool's disk.",
      read: { Double(spool.diskFree) })
    metrics.gauge(
      "scim_hris_spool_bytes", help: "Size of the four hops.", read: { Double(spool.bytes) })
    for hop in Hop.allCases {
      let state = spool.hop(hop)
      metrics.gauge(
        "scim_hris_hop_durable_seq", help: "Newest line of a hop that is on disk.",
        labels: ["hop": hop.name], read: { Double(state.durableSeq) })
    }
    registerCounters()
  }

  /// What stands in front of a stage: it says which lanes to add.
  private func register(
    _ stage: StageName, queues: @escaping @Sendable () -> [(count: Int, oldest: Duration?)]
  ) {
    metrics.gauge(
      "scim_hris_stage_queue", help: "Messages that wait in front of a stage.",
      labels: ["stage": stage.rawValue],
      read: { Double(queues().reduce(0) { $0 + $1.count }) })
    metrics.gauge(
      "scim_hris_stage_oldest_seconds", help: "How long the oldest of them has waited.",
      labels: ["stage": stage.rawValue],
      read: { (queues().compactMap(\.oldest).max() ?? .zero) / .seconds(1) })
  }

  private func registerCounters() {
    let (spool, http, requestLog) = (spool, http, requestLog)
    metrics.counter(
      "scim_hris_requests_not_logged_total",
      help: "Reads and refused calls that requests/ only counts, as there were too many.",
      read: { Double(requestLog.omitted) })
    metrics.counter(
      "scim_hris_http_requests_total", help: "Requests answered.",
      read: { Double(http.statistics.requests) })
    metrics.counter(
      "scim_hris_connections_total",
      help: "Connections accepted since the start, on every listener.",
      read: { Double(http.statistics.connectionsAccepted) })
    metrics.counter(
      "scim_hris_tls_handshakes_failed_total",
      help: "Connections to our own TLS listener that came to no request.",
      read: { Double(http.statistics.failedHandshakes) })
    metrics.counter(
      "scim_hris_commits_total", help: "Group commits: one write and one fdatasync each.",
      read: { Double(spool.counters.commits) })
    metrics.counter(
      "scim_hris_committed_lines_total", help: "Lines those commits made durable.",
      read: { Double(spool.counters.committedLines) })
    metrics.counter(
      "scim_hris_segments_removed_total", help: "Files of hops let go of, as nobody needs them.",
      read: { Double(spool.segmentsRemoved) })
    metrics.counter(
      "scim_hris_fdatasync_seconds_total", help: "Time spent in fdatasync of commits.",
      read: { spool.counters.syncTime / .seconds(1) })
  }
}
