import Actors
import Transport

/// The numbers of one webhook's delivery as the API takes and shows them: times as text, in the
/// words of the flags.
extension API {
  /// The settings after a call: what it supplies changes, null takes a member back to the server's.
  func settings(
    _ call: APICall, changing old: WebhookSettings = WebhookSettings()
  ) throws(APIError) -> WebhookSettings {
    guard let supplied = call.body["settings"] else { return old }
    guard let members = supplied.object?.members else { return WebhookSettings() }
    var settings = old
    for member in members {
      if let fault = settings.set(member.name, member.value) {
        throw .invalid(.body, "settings", "\(member.name.prefix(64)) \(fault)")
      }
    }
    return settings
  }
}

extension WebhookSettings {
  /// Every member's name, as in the API.
  static let names = counts.map(\.name) + times.map(\.name) + ["retries"]

  /// As the API shows it; what is not set is not there.
  var publicJSON: JSONObject {
    var shown = JSONObject()
    for count in Self.counts {
      shown[count.name] = self[keyPath: count.path].map { JSONValue($0) }
    }
    for time in Self.times {
      shown[time.name] = self[keyPath: time.path].map { JSONValue(DurationText.text($0)) }
    }
    shown["retries"] = retries.map { .array($0.map { JSONValue(DurationText.text($0)) }) }
    return shown
  }

  /// - Returns: what is wrong with the value; then nothing is changed.
  mutating func set(_ name: String, _ value: JSONValue) -> String? {
    if let time = Self.times.first(where: { $0.name == name }) { return set(time, value) }
    if let count = Self.counts.first(where: { $0.name == name }) { return set(count, value) }
    if name == "retries" { return setRetries(value) }
    if let near = Suggestion.nearest(to: name, among: Self.names) {
      return "is no setting; did you mean \(near)?"
    }
    return "is no setting; there are \(Self.names.joined(separator: ", "))"
  }

  private mutating func set(_ count: Count, _ value: JSONValue) -> String? {
    if value.isNull {
      self[keyPath: count.path] = nil
      return nil
    }
    guard let number = value.int, count.range.contains(number) else {
      return "must be a whole number from \(count.range.lowerBound) to \(count.range.upperBound)"
    }
    self[keyPath: count.path] = number
    return nil
  }

  private mutating func set(_ time: Time, _ value: JSONValue) -> String? {
    if value.isNull {
      self[keyPath: time.path] = nil
      return nil
    }
    guard let text = value.string, let duration = Self.duration(text, in: time.range) else {
      return "must be a time \(Self.words(time.range)), such as \"10s\""
    }
    self[keyPath: time.path] = duration
    return nil
  }

  private mutating func setRetries(_ value: JSONValue) -> String? {
    if value.isNull {
      retries = nil
      return nil
    }
    let waits = (value.array ?? []).map { wait in
      wait.string.flatMap { Self.duration($0, in: Bounds.wait) }
    }
    let known = waits.compactMap(\.self)
    guard Bounds.attempts.contains(waits.count), known.count == waits.count else {
      return "must be 1 to \(Bounds.attempts.upperBound) times \(Self.words(Bounds.wait)),"
        + " such as [\"0s\",\"5s\",\"5m\"]"
    }
    retries = known
    return nil
  }

  private static func duration(_ text: String, in range: ClosedRange<Int>) -> Duration? {
    DurationText.milliseconds(text).flatMap { range.contains($0) ? .milliseconds($0) : nil }
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    "from \(DurationText.text(milliseconds: range.lowerBound)) to"
      + " \(DurationText.text(milliseconds: range.upperBound))"
  }
}
