package import Transport

/// Somebody who is being erased, and how far that has come: what is still owed after a crash
/// follows from this record and the state. It holds ids and numbers only.
package struct Erasure: Sendable, Equatable {
  /// The employee's.
  package var id: String
  /// Whose the employee was; empty when nobody's any more.
  package var consumerId: String
  /// Who asked, as the outcomes that follow say.
  package var request: String
  package var at: Timestamp
  /// By then no file of the spool has a byte of it.
  package var erasedBy: Timestamp
  /// Whether retention is not waited for.
  package var isAtOnce: Bool
  /// By hop, the last line that may tell of it; nil until it is forgotten.
  package var through: [UInt64]?
  /// The line that left nothing but ids; nil until it is written.
  package var line: UInt64?
  /// The lines of the two snapshots that were taken since, as far as they are.
  package var snapshots: [UInt64] = []

  package init(
    id: String, consumerId: String, request: String, at: Timestamp, erasedBy: Timestamp,
    isAtOnce: Bool
  ) {
    self.id = id
    self.consumerId = consumerId
    self.request = request
    self.at = at
    self.erasedBy = erasedBy
    self.isAtOnce = isAtOnce
  }
}

extension Erasure {
  package init(json: JSONObject) throws(RecordError) {
    let record = RecordReader(json)
    self.init(
      id: try record.string("id"), consumerId: try record.string("consumerId"),
      request: try record.string("request"), at: try record.time("at"),
      erasedBy: try record.time("erasedBy"), isAtOnce: try record.bool("atOnce"))
    through = json["through"]?.array.map { Self.numbers($0) }
    line = json["line"]?.int.map { UInt64(max($0, 0)) }
    snapshots = Self.numbers(json["snapshots"]?.array ?? [])
  }

  package var json: JSONValue {
    var json = JSONObject()
    json["id"] = JSONValue(id)
    json["consumerId"] = JSONValue(consumerId)
    json["request"] = JSONValue(request)
    json["at"] = JSONValue(at.description)
    json["erasedBy"] = JSONValue(erasedBy.description)
    json["atOnce"] = JSONValue(isAtOnce)
    if let through { json["through"] = Self.array(through) }
    if let line { json["line"] = JSONValue(Int(clamping: line)) }
    json["snapshots"] = Self.array(snapshots)
    return .object(json)
  }

  private static func numbers(_ array: [JSONValue]) -> [UInt64] {
    array.compactMap { $0.int.map { UInt64(max($0, 0)) } }
  }

  private static func array(_ numbers: [UInt64]) -> JSONValue {
    .array(numbers.map { JSONValue(Int(clamping: $0)) })
  }
}
