import Transport

/// Why a stored configuration record cannot be read; names the member, so that a person can look.
package enum RecordError: Error, Equatable {
  case missing(member: String)
  case unknownChange(String)
}

/// Reads one stored record member by member, failing on the first that is absent or of a wrong kind.
struct RecordReader {
  let object: JSONObject

  init(_ value: JSONValue?, _ member: String) throws(RecordError) {
    guard let object = value?.object else { throw .missing(member: member) }
    self.object = object
  }

  init(_ object: JSONObject) { self.object = object }

  func string(_ name: String) throws(RecordError) -> String {
    guard let value = object[name]?.string else { throw .missing(member: name) }
    return value
  }

  func bool(_ name: String) throws(RecordError) -> Bool {
    guard let value = object[name]?.bool else { throw .missing(member: name) }
    return value
  }

  func time(_ name: String) throws(RecordError) -> Timestamp {
    guard let value = Timestamp(parsing: try string(name)) else { throw .missing(member: name) }
    return value
  }

  func optionalString(_ name: String) -> String? { object[name]?.string }

  func optionalTime(_ name: String) -> Timestamp? {
    optionalString(name).flatMap { Timestamp(parsing: $0) }
  }

  /// An object of times; none when it is absent.
  func times(_ name: String) -> [String: Timestamp] {
    var times: [String: Timestamp] = [:]
    for member in object[name]?.object?.members ?? [] {
      times[member.name] = member.value.string.flatMap { Timestamp(parsing: $0) }
    }
    return times
  }

  func nested(_ name: String) throws(RecordError) -> JSONObject {
    guard let value = object[name]?.object else { throw .missing(member: name) }
    return value
  }

  func array(_ name: String) throws(RecordError) -> [JSONValue] {
    guard let value = object[name]?.array else { throw .missing(member: name) }
    return value
  }

  func tokens(_ name: String) throws(RecordError) -> [HashedToken] {
    var tokens: [HashedToken] = []
    for element in try array(name) {
      tokens.append(try HashedToken(json: try RecordReader(element, name).object))
    }
    return tokens
  }
}
