import Testing

@testable import Transport

@Suite struct MetricsTests {
  @Test func `the exposition is what Prometheus reads`() {
    let metrics = Metrics()
    metrics.counter("scim_hris_requests_total", help: "Requests.", labels: ["route": "Users"]).add(
      3)
    metrics.counter("scim_hris_requests_total", help: "Requests.", labels: ["route": "Groups"])
      .add()
    metrics.gauge("scim_hris_connections", help: "Open connections.").set(-2)
    metrics.gauge("scim_hris_age_seconds", help: "Oldest line.") { 1.5 }
    let histogram = metrics.histogram(
      "scim_hris_answer_seconds", help: "Time to an answer.", labels: ["m": "POST"],
      bounds: [0.001, 0.5, 1])
    histogram.observe(.microseconds(500))
    histogram.observe(.milliseconds(500))
    histogram.observe(seconds: 2)
    #expect(
      metrics.text() == """
        # HELP scim_hris_requests_total Requests.
        # TYPE scim_hris_requests_total counter
        scim_hris_requests_total{route="Users"} 3
        scim_hris_requests_total{route="Groups"} 1
        # HELP scim_hris_connections Open connections.
        # TYPE scim_hris_connections gauge
        scim_hris_connections -2
        # HELP scim_hris_age_seconds Oldest line.
        # TYPE scim_hris_age_seconds gauge
        scim_hris_age_seconds 1.5
        # HELP scim_hris_answer_seconds Time to an answer.
        # TYPE scim_hris_answer_seconds histogram
        scim_hris_answer_seconds_bucket{m="POST",le="0.001"} 1
        scim_hris_answer_seconds_bucket{m="POST",le="0.5"} 2
        scim_hris_answer_seconds_bucket{m="POST",le="1"} 2
        scim_hris_answer_seconds_bucket{m="POST",le="+Inf"} 3
        scim_hris_answer_seconds_sum{m="POST"} 2.5005
        scim_hris_answer_seconds_count{m="POST"} 3

        """)
  }

  @Test func `label values and help are escaped`() {
    let metrics = Metrics()
    metrics.counter("scim_hris_x_total", help: "a\\b\nc", labels: ["v": "q\"\\\n"]).add()
    #expect(metrics.text().contains("# HELP scim_hris_x_total a\\\\b\\nc\n"))
    #expect(metrics.text().contains(#"scim_hris_x_total{v="q\"\\\n"} 1"#))
  }

  @Test func `the same name and labels are the same metric`() {
    let metrics = Metrics()
    let first = metrics.counter("scim_hris_a_total", help: "A.")
    #expect(first === metrics.counter("scim_hris_a_total", help: "A."))
  }

  @Test func `hostile labels cannot fill the memory`() {
    let metrics = Metrics()
    for index in 0..<10_000 {
      metrics.counter("scim_hris_a_total", help: "A.", labels: ["slug": "s\(index)"]).add()
    }
    let lines = metrics.text().split(separator: "\n")
    #expect(lines.count == 2 + Metrics.seriesLimit + 1)
    #expect(lines.last == "scim_hris_a_total{slug=\"other\"} \(10_000 - Metrics.seriesLimit)")
  }

  @Test func `no observation is lost between threads`() async {
    let histogram = Histogram(bounds: [1])
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { for _ in 0..<1000 { histogram.observe(seconds: 0.25) } }
      }
    }
    #expect(histogram.cumulative == [8000, 8000])
    #expect(histogram.sum == 2000)
  }

  @Test func `impossible durations count as nothing`() {
    let histogram = Histogram(bounds: [1])
    histogram.observe(seconds: -1)
    histogram.observe(seconds: .nan)
    histogram.observe(seconds: .infinity)
    #expect(histogram.cumulative == [2, 3])
  }
}
