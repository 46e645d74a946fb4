import Transport

/// What a webhook is to be sent again, as somebody asks for it.
struct ReplayRequest: Sendable, Equatable {
  /// A line of `3-committed`, or the moment it was written.
  enum Place: Sendable, Equatable {
    case line(UInt64)
    case time(Timestamp)
  }

  /// The oldest line kept when nil.
  var from: Place?
  /// The newest when nil; lines of that very moment belong to it.
  var to: Place?
  var types: [String]?
  /// Only of this employee or group.
  var key: String?
  /// Only events whose newest attempt at it was given up.
  var onlyFailed = false
  /// Only what it was not sent while it was disabled.
  var missed = false
  /// Only count.
  var isDry = false
}

/// What is sent again, or would be.
struct ReplayAnswer: Sendable, Equatable {
  var events: Int
  /// Lines that it should have had events of and that are no longer kept.
  var lost: ClosedRange<UInt64>?
  /// Whether the rest of a snapshot is missing, too.
  var lacksSnapshot = false

  /// Whether only the present state makes up for it all.
  var needsSnapshot: Bool { lost != nil || lacksSnapshot }
}

/// What a webhook was not sent that was disabled and is enabled again.
struct MissedEvents: Sendable, Equatable {
  /// The first and last line of `3-committed` of which it may lack events.
  var lines: ClosedRange<UInt64>
  /// nil when these are more lines than anybody would wait for; a dry run counts them.
  var events: Int?
  var lost: ClosedRange<UInt64>?
  var lacksSnapshot = false
}

extension MissedEvents {
  /// - Parameter webhook: for what to do about it.
  func json(_ webhook: String) -> JSONValue {
    var json = JSONObject()
    json["events"] = events.map { JSONValue($0) } ?? .null
    json["from"] = JSONValue(Int(clamping: lines.lowerBound))
    json["to"] = JSONValue(Int(clamping: lines.upperBound))
    json["lost"] = lost.json
    let needsSnapshot = lost != nil || lacksSnapshot
    json["needsSnapshot"] = JSONValue(needsSnapshot)
    json["hint"] = JSONValue(
      "POST /api/webhooks/\(webhook)/replay {\"missed\": true} sends it"
        + (needsSnapshot ? "; not all is left, {\"snapshot\": true} sends the present state" : "."))
    return .object(json)
  }
}

extension ClosedRange<UInt64>? {
  /// `{"from":1,"to":9}`, or null.
  var json: JSONValue {
    guard let self else { return .null }
    return [
      "from": JSONValue(Int(clamping: self.lowerBound)),
      "to": JSONValue(Int(clamping: self.upperBound)),
    ]
  }
}
