import Transport

/// What an option's value may look like, so that a wrong one is refused before anything runs.
package enum OptionValue: Sendable, Equatable {
  /// Present or absent; in the environment 1, true, yes or 0, false, no.
  case flag
  /// Any text that is not empty; the placeholder stands in help.
  case text(String)
  case count(ClosedRange<Int>)
  /// Bytes, written "256MiB"; bounds in bytes.
  case size(ClosedRange<Int>)
  /// Written "10s"; bounds in milliseconds.
  case duration(ClosedRange<Int>)
  /// Written "0s,5s,5m"; how many, and bounds of each in milliseconds.
  case durations(count: ClosedRange<Int>, each: ClosedRange<Int>)
  /// "host:port", port 0 where the system may choose.
  case address
  /// "10.0.0.0/8" or one address.
  case network
  /// An http or https URL.
  case url
  case choice([String])

  package var placeholder: String? {
    switch self {
    case .flag: nil
    case .text(let name): name
    case .count: "n"
    case .size: "size"
    case .duration: "time"
    case .durations: "time,…"
    case .address: "host:port"
    case .network: "cidr"
    case .url: "url"
    case .choice(let names): isShort(names) ? names.joined(separator: "|") : "name"
    }
  }

  /// What help says of choices that are too many for the placeholder.
  package var choices: String? {
    guard case .choice(let names) = self, !isShort(names) else { return nil }
    return "One of \(expectation)."
  }

  private func isShort(_ names: [String]) -> Bool { names.joined(separator: "|").count <= 80 }

  /// What was expected, when `text` is not it: "a whole number from 1 to 64".
  package func expectation(unmetBy text: String) -> String? {
    isMet(by: text) ? nil : expectation
  }

  private var expectation: String {
    switch self {
    case .flag: "true or false"
    case .text(let name): "a \(name)"
    case .count(let range) where range.upperBound == .max:
      "a whole number of at least \(range.lowerBound)"
    case .count(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .size(let range):
      "a size from \(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound)),"
        + " such as 256MiB"
    case .duration(let range):
      "a time from \(DurationText.text(milliseconds: range.lowerBound)) to"
        + " \(DurationText.text(milliseconds: range.upperBound)), such as 10s"
    case .durations(let count, let each):
      "\(count.lowerBound) to \(count.upperBound) times of at most"
        + " \(DurationText.text(milliseconds: each.upperBound)), such as 0s,5s,5m"
    case .address: "an address and a port, such as 127.0.0.1:8080 or [::1]:8080"
    case .network: "a network, such as 10.0.0.0/8 or fd00::/8"
    case .url: "a URL that starts with http:// or https://"
    case .choice(let names):
      "\(names.dropLast().joined(separator: ", ")) or \(names.last ?? "")"
    }
  }

  private func isMet(by text: String) -> Bool {
    switch self {
    case .flag: Self.flag(text) != nil
    case .text: !text.isEmpty
    case .count(let range): Int(text).map(range.contains) ?? false
    case .size(let range): ByteSize.bytes(text).map(range.contains) ?? false
    case .duration(let range): DurationText.milliseconds(text).map(range.contains) ?? false
    case .durations(let count, let each):
      DurationText.list(text).map { times in
        count.contains(times.count) && times.allSatisfy(each.contains)
      } ?? false
    case .address: HostPort(text) != nil
    case .network: IPNetwork(parsing: text) != nil
    case .url: WebAddress(text) != nil
    case .choice(let names): names.contains(text)
    }
  }

  package static func flag(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "1", "true", "yes", "on": true
    case "0", "false", "no", "off", "": false
    default: nil
    }
  }
}
