import Actors
import Transport

/// Which inbound calls somebody wants to see, the newest first.
struct RequestQuery: Sendable {
  /// Of these connections; the caller has checked whose they are.
  var connections: Set<String>
  var method: String?
  var status: Int?
  var outcome: RequestOutcome?
  /// Only about this employee or group.
  var record: String?
  /// Only about whom a word names, or where it occurs.
  var word: String?
  /// Only about these resources: those that `record` and `word` name.
  var keys: Set<ResourceKey>?
  /// Arrived then or later.
  var since: Timestamp?
  /// Arrived before.
  var until: Timestamp?
  /// Only what is before this place.
  var before: RequestPlace?
  /// 1–1000.
  var limit: Int
}

/// What became of a call.
enum RequestOutcome: String, CaseIterable, Sendable {
  case applied, unchanged, refused
  /// It asked and was answered; nothing was to change.
  case read
}

/// A place between two calls: both logs that tell of them are read backwards from there.
struct RequestPlace: Sendable, Equatable {
  /// Lines of `1-accepted` below this one follow.
  var accepted: UInt64
  /// And lines of `requests/` below this one.
  var logged: UInt64

  init(accepted: UInt64 = .max, logged: UInt64 = .max) {
    self.accepted = accepted
    self.logged = logged
  }

  init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let accepted = UInt64(parts[0]), let logged = UInt64(parts[1])
    else { return nil }
    self.init(accepted: accepted, logged: logged)
  }

  var text: String { "\(accepted)-\(logged)" }
}

struct RequestPage: Sendable {
  var requests: [RequestSummary] = []
  /// To go on before; nil when there is nothing older.
  var next: RequestPlace?
}

/// One call as lists show it.
struct RequestSummary: Sendable {
  var id: String
  var time: Timestamp
  var connection: String
  var method: String
  /// What stood after the Base URL.
  var path: String
  var query: String
  var client: String
  var agent: String
  /// Nil while nothing is known of an answer.
  var status: Int?
  var outcome: RequestOutcome?
  var detail: String?
  /// From its arrival to its outcome or answer.
  var milliseconds: Int?
  /// Whether its token was valid.
  var isAuthenticated = true
  /// `emp_…` or `grp_…`; until that is looked up the key of its resource.
  var record: String?
}

extension RequestSummary {
  init(_ line: SpoolLine, _ accepted: AcceptedLine) {
    // In the hop a creation already has the id that was drawn for it.
    let path = accepted.method == .create ? String(accepted.endpoint) : accepted.path
    self.init(
      id: line.id, time: accepted.received, connection: accepted.connection,
      method: accepted.method.rawValue, path: "/" + path, query: accepted.query,
      client: accepted.client, agent: accepted.agent, record: line.key)
  }

  init(_ line: RequestLogLine, _ call: RequestLogLine.Call) {
    self.init(
      id: call.id, time: line.time, connection: line.connection, method: call.method,
      path: call.path, query: call.query, client: call.client, agent: call.agent,
      status: call.status, outcome: call.outcome, detail: call.detail,
      milliseconds: call.milliseconds, isAuthenticated: call.isAuthenticated,
      record: line.connection + call.path)
  }

  mutating func take(_ outcome: RequestDecision) {
    status = outcome.status
    self.outcome = outcome.outcome
    detail = outcome.detail
    record = outcome.key
    milliseconds = Int(clamping: max(0, outcome.time.milliseconds - time.milliseconds))
  }

  /// - Parameter connection: nil when it is gone.
  func json(_ connection: Connection?) -> JSONObject {
    var json = JSONObject()
    json["id"] = JSONValue(id)
    json["time"] = JSONValue(time.description)
    json["consumerId"] = .text(connection?.consumerId)
    json["connectionId"] = JSONValue(self.connection)
    json["serviceId"] = .text(connection?.serviceId)
    json["method"] = JSONValue(method)
    json["path"] = JSONValue(path)
    json["query"] = .text(query.isEmpty ? nil : query)
    json["from"] = JSONValue(client)
    json["userAgent"] = .text(agent.isEmpty ? nil : agent)
    json["authenticated"] = JSONValue(isAuthenticated)
    json["status"] = status.map { JSONValue($0) } ?? .null
    json["outcome"] = .text(outcome?.rawValue)
    json["detail"] = .text(detail)
    json["milliseconds"] = milliseconds.map { JSONValue($0) } ?? .null
    json["recordId"] = .text(record)
    return json
  }
}
