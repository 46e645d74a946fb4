import Actors
import Transport

/// When tokens and keys were last used, kept from one life of the server to the next.
///
/// A cursor of its own, written now and then: what a crash takes is the last few seconds of it.
extension Server {
  static let activitySavedEvery: Duration = .seconds(10)
  private static let cursor = "activity"
  /// Beside the connections, whose ids look otherwise.
  private static let keys = "keys"

  /// - Parameter synchronously: blocks until it is on disk.
  func saveActivity(synchronously: Bool = true) {
    let configuration = topology.view.current
    topology.activity.prune(keeping: configuration.connections)
    keyActivity.prune(
      keeping: Set(configuration.applications.values.flatMap { $0.keys.map(\.id) }))
    var members = topology.activity.all.sorted { $0.key < $1.key }.map { id, entry in
      JSONObject.Member(name: id, value: entry.json)
    }
    let used = keyActivity.all.sorted { $0.key < $1.key }.map {
      JSONObject.Member(name: $0.key, value: JSONValue($0.value.description))
    }
    members.append(.init(name: Self.keys, value: .object(JSONObject(used))))
    spool.saveCursor(Self.cursor, .object(JSONObject(members)), synchronously: synchronously)
  }

  /// Saves it whenever there is something new, until the task is cancelled.
  func keepActivity() async {
    var saved = activityChanges
    while (try? await Task.sleep(for: Self.activitySavedEvery)) != nil {
      let now = activityChanges
      if now != saved { saveActivity(synchronously: false) }
      saved = now
    }
  }

  private var activityChanges: Int { topology.activity.changes &+ keyActivity.changes }

  func restoreActivity() {
    guard let saved = (try? spool.cursor(Self.cursor))?.object else { return }
    let endpoints = catalog.types.map { String($0.endpoint.dropFirst()) }
    var entries: [String: ConnectionActivity.Entry] = [:]
    for member in saved.members where member.name != Self.keys {
      entries[member.name] = ConnectionActivity.Entry(member.value, endpoints: endpoints)
    }
    topology.activity.restore(entries)
    var used: [String: Timestamp] = [:]
    for member in saved[Self.keys]?.object?.members ?? [] {
      used[member.name] = member.value.string.flatMap { Timestamp(parsing: $0) }
    }
    keyActivity.restore(used)
  }
}

extension ConnectionActivity.Entry {
  var json: JSONValue {
    let tokens = tokens.sorted { $0.key < $1.key }.map {
      JSONObject.Member(name: $0.key, value: JSONValue($0.value.description))
    }
    return [
      "lastSuccess": .time(lastSuccess), "wrongToken": .time(refusal?.at),
      "why": .text(refusal?.why.rawValue), "tokens": .object(JSONObject(tokens)),
      "last": last.map(\.json) ?? .null,
    ]
  }

  /// - Parameter endpoints: the resource types that are served ("Users").
  init(_ json: JSONValue, endpoints: [String]) {
    self.init()
    // Files of earlier releases call it so, and do not say why a token was refused.
    lastSuccess = Self.time(json["lastSuccess"] ?? json["lastRequest"])
    let why = json["why"]?.string.flatMap { ConnectionActivity.Refusal.Reason(rawValue: $0) }
    refusal = Self.time(json["wrongToken"]).map { .init(at: $0, why: why ?? .wrongToken) }
    for token in json["tokens"]?.object?.members ?? [] {
      tokens[token.name] = Self.time(token.value)
    }
    last = json["last"].flatMap { ConnectionActivity.Call($0, endpoints: endpoints) }
  }

  fileprivate static func time(_ value: JSONValue?) -> Timestamp? {
    value?.string.flatMap { Timestamp(parsing: $0) }
  }
}

extension ConnectionActivity.Call {
  var json: JSONValue {
    [
      "at": JSONValue(at.description), "method": JSONValue(method),
      "path": JSONValue(shape.text), "status": JSONValue(status),
    ]
  }

  private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

  /// Earlier releases kept whatever was sent, which may be a name or a token.
  fileprivate init?(_ json: JSONValue, endpoints: [String]) {
    guard let at = ConnectionActivity.Entry.time(json["at"]),
      let method = json["method"]?.string, Self.methods.contains(method),
      let path = json["path"]?.string, let status = json["status"]?.int
    else { return nil }
    self.init(
      at: at, method: method, shape: CallShape(kept: path, endpoints: endpoints), status: status)
  }
}
