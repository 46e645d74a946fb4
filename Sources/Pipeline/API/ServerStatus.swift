import Transport

/// The server at a glance: what `status` and the screen of a second start tell.
struct ServerStatus: Sendable, Equatable {
  var version: String
  var spool: String
  var listen: [String]
  /// Whether the public listener speaks TLS.
  var tls = false
  var startedAt: Timestamp
  /// Deleted ones not counted.
  var employees: Int
  /// Committed and not yet taken by every webhook that wants them.
  var eventsWaiting: Int
  var deadLetters: Int
  var hops: [Hop]
  var webhooks: [Webhook]
  var diskFreeBytes: Int
  var diskReserveBytes: Int
  var keeping = Keeping()
  var held: [Hold] = []

  /// How long and how much is kept; times in milliseconds.
  struct Keeping: Sendable, Equatable {
    var spoolKeep = 0
    var eventsKeep = 0
    /// nil: by the disk's size.
    var maxBytes: Int?
  }

  /// A webhook, or one employee or group of it, that is sent nothing until it is released.
  struct Hold: Sendable, Equatable {
    var webhook: String
    var key: String?
  }

  struct Hop: Sendable, Equatable {
    var name: String
    var lastSeq: UInt64
    var durableSeq: UInt64
  }

  /// How a webhook is doing.
  struct Webhook: Sendable, Equatable {
    var id: String
    var waiting: Int
    var oldest: Timestamp?
    var breakerOpen: Bool
    /// In words: "connection refused".
    var lastError: String?
    var nextAttempt: Timestamp?
    /// Seconds its receiver's clock is off, when that is a minute or more.
    var clockSkew: Int?
  }
}

extension ServerStatus {
  var json: JSONObject {
    let object: JSONValue = [
      "version": JSONValue(version),
      "spool": JSONValue(spool),
      "listen": .array(listen.map { JSONValue($0) }),
      "tls": JSONValue(tls),
      "startedAt": JSONValue(startedAt.description),
      "employees": JSONValue(employees),
      "eventsWaiting": JSONValue(eventsWaiting),
      "deadLetters": JSONValue(deadLetters),
      "hops": .array(hops.map(\.json)),
      "webhooks": .array(webhooks.map(\.json)),
      "held": .array(
        held.map { ["webhook": JSONValue($0.webhook), "key": .text($0.key)] }),
      "keeping": [
        "spoolKeep": JSONValue(keeping.spoolKeep), "eventsKeep": JSONValue(keeping.eventsKeep),
        "maxBytes": keeping.maxBytes.map { JSONValue($0) } ?? .null,
      ],
      "disk": ["freeBytes": JSONValue(diskFreeBytes), "reserveBytes": JSONValue(diskReserveBytes)],
    ]
    return object.object ?? JSONObject()
  }
}

extension ServerStatus.Hop {
  fileprivate var json: JSONValue {
    [
      "name": JSONValue(name), "lastSeq": JSONValue(Int(lastSeq)),
      "durableSeq": JSONValue(Int(durableSeq)),
    ]
  }
}

extension ServerStatus.Webhook {
  fileprivate var json: JSONValue {
    [
      "id": JSONValue(id), "waiting": JSONValue(waiting), "oldest": .time(oldest),
      "breakerOpen": JSONValue(breakerOpen), "lastError": .text(lastError),
      "nextAttempt": .time(nextAttempt),
      "clockSkew": clockSkew.map { JSONValue($0) } ?? .null,
    ]
  }
}

extension JSONValue {
  /// A string, or null.
  static func text(_ text: String?) -> JSONValue { text.map { JSONValue($0) } ?? .null }
  /// A time as text, or null.
  static func time(_ time: Timestamp?) -> JSONValue { text(time?.description) }
}
