import Transport

/// A group as an employee shows it.
package struct GroupSummary: Sendable, Equatable {
  package var id: String
  package var name: String
  package var type: String?

  package init(id: String, name: String, type: String?) {
    self.id = id
    self.name = name
    self.type = type
  }

  var json: JSONValue {
    ["id": JSONValue(id), "name": JSONValue(name), "type": type.map { JSONValue($0) } ?? .null]
  }
}

extension Employee {
  /// - Parameter groups: all of them, or more than the limit; no more than `groupLimit` are shown.
  package mutating func setGroups(_ groups: [GroupSummary]) {
    self[.groups] = .array(groups.prefix(Self.groupLimit).map(\.json))
    self[.groupsTruncated] = JSONValue(groups.count > Self.groupLimit)
  }

  /// The member of `customFields` that rules for groups give.
  package static let teamName = "team"

  var team: String? { self[.customFields][Self.teamName]?.string }

  mutating func setTeam(_ team: String?) {
    var fields = self[.customFields].object ?? JSONObject()
    fields[Self.teamName] = team.map { JSONValue($0) }
    self[.customFields] = .object(fields)
  }

  /// Groups embedded in an employee at most.
  package static let groupLimit = 100
}
