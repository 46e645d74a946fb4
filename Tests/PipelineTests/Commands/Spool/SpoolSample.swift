import TestSupport
import Transport

@testable import Pipeline

/// A small spool as the server would leave it: one person created, then switched off.
final class SpoolSample: Sendable {
  let directory = TemporaryDirectory()
  var path: String { directory.file("spool") }

  static let created = #""createdAt":"2026-01-01T00:00:00.000Z""#
  static let application = change(
    "application.created", #"{"id":"app_1","name":"Stark","keys":[],\#(created)}"#)
  static let consumer = change(
    "consumer.created", #"{"id":"csm_1","applicationId":"app_1","name":"Acme",\#(created)}"#)
  static let connection = change(
    "connection.created",
    #"{"id":"cnx_1","consumerId":"csm_1","applicationId":"app_1","serviceId":"okta-scim","#
      + #""slug":"k3v7q2","enabled":true,"tokens":[],"settings":{},\#(created)}"#)
  static let webhook = change(
    "webhook.created",
    #"{"id":"wh_b41","applicationId":"app_1","deliveryUrl":"https://hooks.example.org/okta","#
      + #""status":"Enabled","events":[],\#(created),"localAllowed":false}"#)

  static func change(_ name: String, _ record: String) -> String {
    let id = (try? JSONValue(parsing: record))?["id"]?.text ?? ""
    return #"{"change":"\#(name)","id":\#(id),"record":\#(record)}"#
  }

  static func employee(active: Bool, revision: Int) -> String {
    #"{"id":"emp_4Q7K","username":"bjensen@example.com","displayName":"Barbara Jensen","#
      + #""email":"bjensen@example.com","active":\#(active),"revision":\#(revision)}"#
  }

  static func accepted(method: String, body: String) -> String {
    #"{"method":"\#(method)","path":"Users/2819c223","connection":"cnx_1","#
      + #""from":"198.51.100.9","agent":"Okta SCIM Client 1.0.0","body":\#(body)}"#
  }

  static func committed(
    request: String, accepted: Int, status: Int, version: Int, event: String, type: String,
    sequence: Int, active: Bool
  ) -> String {
    let resource = #"{"userName":"BJensen@Example.com","active":\#(active)}"#
    let employee = employee(active: active, revision: version)
    let time = "2026-01-02T03:04:05.678Z"
    return #"{"request":"\#(request)","accepted":\#(accepted),"outcome":"applied","#
      + #""status":\#(status),"version":\#(version),"created":"\#(time)","#
      + #""lastModified":"\#(time)","resource":\#(resource),"events":[{"id":"\#(event)","#
      + #""type":"\#(type)","sequence":\#(sequence),"consumerId":"csm_1","#
      + #""connection":{"id":"cnx_1"},"data":\#(employee)}]}"#
  }

  static func attempt(
    _ id: String, event: String, seq: Int, number: Int, result: String, isProbe: Bool = false
  ) -> String {
    let answer = result == "delivered" ? #""status":200"# : #""error":"connection refused""#
    let probe = isProbe ? #""probe":true,"# : ""
    return #"{"id":"\#(id)","event":"\#(event)","webhook":"wh_b41","key":"emp_4Q7K","#
      + #""seq":\#(seq),"attempt":\#(number),"trigger":"schedule",\#(probe)"result":"\#(result)",\#(answer),"durations":{"total":14.000},"#
      + #""address":"203.0.113.7:443","next":"2026-11-21T22:31:40.000Z","durableSeq":3}"#
  }

  static let changes = [application, consumer, connection, webhook]

  /// Writes it all and closes the spool.
  /// - Parameter asBatch: the configuration in one line, as a first start leaves it.
  func write(asBatch: Bool = false, isProbe: Bool = false) async throws {
    let (spool, _) = try Spool.open(directory: path, hops: SpoolHops.descriptions, log: .silent)
    func append(_ hop: Int, _ id: String, _ type: String, _ data: String) async {
      let hop = spool.hop(hop)
      let key =
        type.hasPrefix("user")
        ? "cnx_1/Users/2819c223" : type.hasPrefix("attempt") ? "wh_b41/emp_4Q7K" : id
      let record = SpoolRecord(id: id, key: key, type: type, data: Array(data.utf8))
      await hop.durable(through: hop.append(record))
    }
    if asBatch {
      let changes = Self.changes.joined(separator: ",")
      await append(2, "adm_1", "admin.batch", #"{"changes":[\#(changes)]}"#)
    } else {
      for (index, change) in Self.changes.enumerated() {
        await append(2, "adm_\(index)", "admin.change", change)
      }
    }
    let create = Self.accepted(method: "POST", body: #"{"userName":"BJensen@Example.com"}"#)
    await append(0, "req_1", "users.create", create)
    let created = #"{"request":"req_1","accepted":1,"kind":"created","changes":[]}"#
    await append(1, "req_1", "user.created", created)
    let first = Self.committed(
      request: "req_1", accepted: 1, status: 201, version: 1, event: "evt_1",
      type: "employee.created", sequence: 4710, active: true)
    await append(2, "req_1", "user.created", first)
    let arrived = Self.attempt("dlv_1", event: "evt_1", seq: 5, number: 1, result: "delivered")
    await append(3, "dlv_1", "attempt.delivered", arrived)
    let patch = Self.accepted(
      method: "PATCH", body: #"{"Operations":[{"op":"Replace","path":"active","value":false}]}"#)
    await append(0, "req_2", "users.patch", patch)
    let changes = #"["active","employmentStatus"]"#
    let updated = #"{"request":"req_2","accepted":2,"kind":"updated","changes":\#(changes)}"#
    await append(1, "req_2", "user.updated", updated)
    let second = Self.committed(
      request: "req_2", accepted: 2, status: 200, version: 2, event: "evt_2",
      type: "employee.updated", sequence: 4711, active: false)
    await append(2, "req_2", "user.updated", second)
    let refused = Self.attempt(
      "dlv_2", event: "evt_2", seq: 6, number: 2, result: "retry", isProbe: isProbe)
    await append(3, "dlv_2", "attempt.retry", refused)
    spool.saveCursor(
      "delivery-wh_b41",
      ["high": 5, "ledgerFrom": 1, "since": asBatch ? 1 : 4, "parked": []], synchronously: true)
    spool.close()
  }

  var reader: SpoolReader {
    get throws { try SpoolReader(directory: path, hops: SpoolHops.descriptions) }
  }
}
