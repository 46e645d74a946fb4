import Synchronization
import Transport

@testable import Pipeline

/// A SCIM server in a dictionary: just enough to be provisioned, in any provider's words.
final class ToyServer: SCIMCaller {
  struct Call: Sendable {
    var method: String
    var target: String
    var body: JSONValue
    var line: String { "\(method) \(target)" }
  }

  private struct State {
    /// Users and groups by their path.
    var resources: [String: JSONObject] = [:]
    var order: [String] = []
    var calls: [Call] = []
    var changes = 0
    var refuse: (@Sendable (String, String) -> SCIMReply?)?
  }

  private let state = Mutex(State())

  func refuse(_ rule: (@Sendable (String, String) -> SCIMReply?)?) {
    state.withLock { $0.refuse = rule }
  }

  var log: [Call] { state.withLock { $0.calls } }
  var calls: [String] { log.map(\.line) }
  var users: [JSONObject] { all("/Users/") }
  var groups: [JSONObject] { all("/Groups/") }

  private func all(_ prefix: String) -> [JSONObject] {
    state.withLock { state in
      state.order.filter { $0.hasPrefix(prefix) }.compactMap { state.resources[$0] }
    }
  }

  func call(_ method: String, _ target: String, body: [UInt8]) async -> SCIMReply {
    state.withLock { state in
      let object = (try? JSONValue(parsing: body))?.object ?? JSONObject()
      state.calls.append(Call(method: method, target: target, body: .object(object)))
      if let reply = state.refuse?(method, target) { return reply }
      let path = String(target.prefix { $0 != "?" })
      switch method {
      case "POST": return Self.create(path, object, &state)
      case "PUT": return Self.store(Self.without(["password"], object), path, 200, &state)
      case "PATCH": return Self.patch(path, object, &state)
      case "DELETE":
        state.resources[path] = nil
        state.order.removeAll { $0 == path }
        return Self.answer(204, JSONObject())
      default:
        if path.split(separator: "/").count == 1 { return Self.list(path, target, state) }
        return Self.answer(200, state.resources[path]!)
      }
    }
  }

  private static func without(_ names: [String], _ object: JSONObject) -> JSONObject {
    names.reduce(into: object) { $0[$1] = nil }
  }

  private static func create(
    _ path: String, _ body: JSONObject, _ state: inout State
  ) -> SCIMReply {
    let id = "id\(state.order.count)"
    var stored = without(["password"], body)
    stored["id"] = .string(id)
    state.order.append("\(path)/\(id)")
    return store(stored, "\(path)/\(id)", 201, &state)
  }

  /// Stores what differs, with another version.
  private static func store(
    _ body: JSONObject, _ path: String, _ status: Int, _ state: inout State
  ) -> SCIMReply {
    var new = without(["meta"], body)
    // Null, an empty list and absence are one state.
    new.members.removeAll { $0.value == .null || $0.value == .array([]) }
    new["id"] = .string(String(path.split(separator: "/")[1]))
    let old = state.resources[path]
    if old.map({ without(["meta"], $0) }) != new {
      state.changes += 1
      new["meta"] = ["version": JSONValue("\(state.changes)")]
    } else {
      new["meta"] = old?["meta"]
    }
    state.resources[path] = new
    return answer(status, new)
  }

  /// Just the shapes the simulator sends.
  private static func patch(
    _ path: String, _ program: JSONObject, _ state: inout State
  ) -> SCIMReply {
    var resource = state.resources[path] ?? JSONObject()
    for operation in program["Operations"]?.array ?? [] {
      let name = operation["op"]?.string?.lowercased() ?? ""
      let target = operation["path"]?.string
      let value = operation["value"] ?? .null
      if target == nil {
        for member in value.object?.members ?? [] { resource[member.name] = member.value }
      } else if let target, target.hasPrefix("members") {
        resource["members"] = .array(
          members(resource["members"]?.array ?? [], name, target, value))
      } else if let target {
        resource[target] = value == "True" ? true : value == "False" ? false : value
      }
    }
    return store(resource, path, 200, &state)
  }

  private static func members(
    _ old: [JSONValue], _ name: String, _ path: String, _ value: JSONValue
  ) -> [JSONValue] {
    let given = value.array?.compactMap { $0["value"]?.string } ?? []
    func values(_ ids: [String]) -> [JSONValue] { ids.map { ["value": .string($0)] } }
    let present = old.compactMap { $0["value"]?.string }
    if name == "replace" { return values(given) }
    if name == "add" { return values(present + given.filter { !present.contains($0) }) }
    if let start = path.firstRange(of: "value eq \"") {
      let id = String(path[start.upperBound...].prefix { $0 != "\"" })
      return values(present.filter { $0 != id })
    }
    return values(present.filter { !given.contains($0) })
  }

  private static func list(_ path: String, _ target: String, _ state: State) -> SCIMReply {
    var hits = state.order.filter { $0.hasPrefix(path + "/") }
      .compactMap { state.resources[$0] }
    let query = HTTPQuery((target.split(separator: "?").dropFirst().first ?? "")[...])
    if let filter = query["filter"] {
      let parts = filter.split(separator: "\"")
      let name = String(filter.prefix { $0 != " " })
      hits = hits.filter { $0[name]?.string == String(parts[1]) }
    }
    let start = query["startIndex"].flatMap { Int($0) } ?? 1
    let page = hits.dropFirst(start - 1).prefix(100).map { JSONValue.object($0) }
    return answer(200, ["totalResults": .init(hits.count), "Resources": .array(Array(page))])
  }

  private static func answer(_ status: Int, _ object: JSONObject) -> SCIMReply {
    answer(status, .object(object))
  }

  private static func answer(_ status: Int, _ value: JSONValue) -> SCIMReply {
    .answered(status: status, retryAfter: nil, body: value.bytes)
  }
}
