import Synchronization

/// Everything the process counts, in one place, as Prometheus reads it (text format 0.0.4).
///
/// Ask for a metric once and keep it: looking it up takes a lock, counting does not.
package final class Metrics: Sendable {
  package typealias Labels = KeyValuePairs<String, String>

  /// Label sets one name may have. Further ones share a series whose label values are `other`, so
  /// that a hostile caller cannot fill the memory with them.
  package static let seriesLimit = 256

  private enum Kind: String { case counter, gauge, histogram }

  private enum Reading: Sendable {
    case counter(Counter)
    case gauge(Gauge)
    case computed(@Sendable () -> Double)
    case histogram(Histogram)
  }

  private struct Series: Sendable {
    let labels: String
    let reading: Reading
  }

  private struct Family: Sendable {
    let name: String
    let help: String
    let kind: Kind
    var series: [Series] = []
  }

  private let families = Mutex<[Family]>([])

  package init() {}

  /// The counter of that name and labels, created at the first call.
  /// - Parameter name: `scim_hris_…_total`.
  package func counter(_ name: String, help: String, labels: Labels = [:]) -> Counter {
    let reading = reading(name, help, .counter, labels) { .counter(Counter()) }
    guard case .counter(let counter) = reading else { preconditionFailure("\(name) is no counter") }
    return counter
  }

  package func gauge(_ name: String, help: String, labels: Labels = [:]) -> Gauge {
    let reading = reading(name, help, .gauge, labels) { .gauge(Gauge()) }
    guard case .gauge(let gauge) = reading else { preconditionFailure("\(name) is no gauge") }
    return gauge
  }

  /// A gauge whose value is asked for at every reading.
  package func gauge(
    _ name: String, help: String, labels: Labels = [:], read: @escaping @Sendable () -> Double
  ) {
    _ = reading(name, help, .gauge, labels) { .computed(read) }
  }

  /// A counter kept elsewhere, asked for at every reading.
  package func counter(
    _ name: String, help: String, labels: Labels = [:], read: @escaping @Sendable () -> Double
  ) {
    _ = reading(name, help, .counter, labels) { .computed(read) }
  }

  /// - Parameter name: `scim_hris_…_seconds`.
  package func histogram(
    _ name: String, help: String, labels: Labels = [:], bounds: [Double] = Histogram.usualBounds
  ) -> Histogram {
    let reading = reading(name, help, .histogram, labels) {
      .histogram(Histogram(bounds: bounds))
    }
    guard case .histogram(let histogram) = reading else {
      preconditionFailure("\(name) is no histogram")
    }
    return histogram
  }

  private func reading(
    _ name: String, _ help: String, _ kind: Kind, _ labels: Labels, _ make: () -> Reading
  ) -> Reading {
    precondition(name.hasPrefix("scim_hris_"), "\(name) lacks the prefix of this program")
    return families.withLock { families in
      let index = families.firstIndex { $0.name == name } ?? families.endIndex
      if index == families.endIndex {
        families.append(Family(name: name, help: help, kind: kind))
      }
      precondition(families[index].kind == kind, "\(name) is a \(families[index].kind)")
      let isFull = families[index].series.count >= Self.seriesLimit
      let written = Self.text(labels)
      if let known = families[index].series.first(where: { $0.labels == written }) {
        return known.reading
      }
      let used = isFull ? Self.text(labels, value: "other") : written
      if let known = families[index].series.first(where: { $0.labels == used }) {
        return known.reading
      }
      let series = Series(labels: used, reading: make())
      families[index].series.append(series)
      return series.reading
    }
  }

  /// The exposition: families in the order they were created, each with HELP and TYPE.
  package func text() -> String {
    // Computed gauges run outside the lock: they may take locks of their own.
    let families = families.withLock { $0 }
    var out = ""
    for family in families {
      out += "# HELP \(family.name) \(Self.escape(family.help, quotes: false))\n"
      out += "# TYPE \(family.name) \(family.kind.rawValue)\n"
      for series in family.series { Self.write(series, of: family.name, to: &out) }
    }
    return out
  }

  private static func write(_ series: Series, of name: String, to out: inout String) {
    let labels = series.labels.isEmpty ? "" : "{\(series.labels)}"
    switch series.reading {
    case .counter(let counter): out += "\(name)\(labels) \(counter.value)\n"
    case .gauge(let gauge): out += "\(name)\(labels) \(gauge.value)\n"
    case .computed(let read): out += "\(name)\(labels) \(number(read()))\n"
    case .histogram(let histogram):
      let counts = histogram.cumulative
      let more = series.labels.isEmpty ? "" : "\(series.labels),"
      for (bound, count) in zip(histogram.bounds, counts) {
        out += "\(name)_bucket{\(more)le=\"\(number(bound))\"} \(count)\n"
      }
      out += "\(name)_bucket{\(more)le=\"+Inf\"} \(counts.last ?? 0)\n"
      out += "\(name)_sum\(labels) \(number(histogram.sum))\n"
      out += "\(name)_count\(labels) \(counts.last ?? 0)\n"
    }
  }

  private static func text(_ labels: Labels, value: String? = nil) -> String {
    labels.map { "\($0.key)=\"\(escape(value ?? $0.value, quotes: true))\"" }
      .joined(separator: ",")
  }

  private static func escape(_ text: String, quotes: Bool) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\"" where quotes: out += "\\\""
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    if let whole = Int(exactly: value) { return "\(whole)" }
    return "\(value)"
  }
}
