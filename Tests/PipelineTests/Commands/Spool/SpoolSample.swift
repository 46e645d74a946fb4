import TestSupport
import Transport

@testable import Pipeline

/// A small spool as the server would leave it: one person created, then switched off.
final class SpoolSample: Sendable {
  let directory = TemporaryDirectory()
  var path: String { directory.file("spool") }

  static let consumer =
    #"{"change":"consumer.created","id":"csm_1","record":{"id":"csm_1","name":"Acme"}}"#
  static let connection =
    #"{"change":"connection.created","id":"cnx_1","record":{"id":"cnx_1","consumerId":"csm_1","#
    + #""serviceId":"okta-scim"}}"#
  static let webhook =
    #"{"change":"webhook.created","id":"wh_b41","record":{"id":"wh_b41","#
    + #""deliveryUrl":"https://hooks.example.org/okta"}}"#

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
      + #""type":"\#(type)","sequence":\#(sequence),"data":\#(employee)}]}"#
  }

  static func attempt(_ id: String, event: String, number: Int, result: String) -> String {
    let answer = result == "delivered" ? #""status":200"# : #""error":"connection refused""#
    return #"{"id":"\#(id)","event":"\#(event)","webhook":"wh_b41","attempt":\#(number),"#
      + #""result":"\#(result)",\#(answer),"durations":{"total":14.000},"#
      + #""address":"203.0.113.7:443","next":"2026-11-21T22:31:40.000Z","durableSeq":3}"#
  }

  /// Writes it all and closes the spool.
  /// - Parameter asBatch: the configuration in one line, as a first start leaves it.
  func write(asBatch: Bool = false) async throws {
    let (spool, _) = try Spool.open(directory: path, hops: SpoolHops.descriptions, log: .silent)
    func append(_ hop: Int, _ id: String, _ type: String, _ data: String) async {
      let hop = spool.hop(hop)
      let key = type.hasPrefix("user") ? "cnx_1/Users/2819c223" : id
      let record = SpoolRecord(id: id, key: key, type: type, data: Array(data.utf8))
      await hop.durable(through: hop.append(record))
    }
    if asBatch {
      let changes = [Self.consumer, Self.connection, Self.webhook].joined(separator: ",")
      await append(2, "adm_1", "admin.batch", #"{"changes":[\#(changes)]}"#)
    } else {
      await append(2, "adm_1", "admin.consumer.created", Self.consumer)
      await append(2, "adm_2", "admin.connection.created", Self.connection)
      await append(2, "adm_3", "admin.webhook.created", Self.webhook)
    }
    let create = Self.accepted(method: "POST", body: #"{"userName":"BJensen@Example.com"}"#)
    await append(0, "req_1", "users.create", create)
    let created = #"{"request":"req_1","accepted":1,"kind":"created","changes":[]}"#
    await append(1, "req_1", "user.created", created)
    let first = Self.committed(
      request: "req_1", accepted: 1, status: 201, version: 1, event: "evt_1",
      type: "employee.created", sequence: 4710, active: true)
    await append(2, "req_1", "user.created", first)
    let arrived = Self.attempt("dlv_1", event: "evt_1", number: 1, result: "delivered")
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
    let refused = Self.attempt("dlv_2", event: "evt_2", number: 2, result: "retry")
    await append(3, "dlv_2", "attempt.retry", refused)
    spool.saveCursor("wh_b41", ["high": 4, "ledgerFrom": 1], synchronously: true)
    spool.close()
  }

  var reader: SpoolReader {
    get throws { try SpoolReader(directory: path, hops: SpoolHops.descriptions) }
  }
}
