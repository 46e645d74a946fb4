package import Transport

/// How one identity provider words its calls; who joins, moves and leaves is the simulator's.
package protocol ProviderDialect: Sendable {
  /// As the command line names it.
  var name: String { get }
  var headers: ProviderHeaders { get }

  /// What is sent when an admin saves the connection.
  func connectionTest() -> [ProviderCall]

  /// Asks for the user of that name; the answer is a list.
  func finding(_ person: SimulatedPerson) -> ProviderCall
  /// - Parameter managerId: the manager's id on the server, when they are there.
  func creation(of person: SimulatedPerson, managerId: String?) -> ProviderCall
  /// Whether the user is read before each update.
  var readsBeforeUpdate: Bool { get }
  /// Brings a user to a profile; nil when nothing would change.
  /// - Parameter stored: what the server last said of the user.
  func update(
    _ id: String, to person: SimulatedPerson, managerId: String?, over stored: JSONObject
  ) -> ProviderCall?
  func activation(
    _ id: String, _ isActive: Bool, of person: SimulatedPerson, managerId: String?
  ) -> ProviderCall
  /// Whether a manager is set in a call of its own, after everybody is there.
  var linksManagers: Bool { get }
  /// Whether deactivating wipes the profile, so that an inactive user is not updated any more.
  var deactivationWipes: Bool { get }
  /// Whether some of those who leave are deleted in the end.
  var deletesLeavers: Bool { get }

  /// Nil when this provider's groups are not simulated.
  var groups: (any GroupDialect)? { get }
}

/// How an identity provider pushes groups.
package protocol GroupDialect: Sendable {
  /// Asks for the group of that name; the answer is a list.
  func findingGroup(_ name: String) -> ProviderCall
  /// - Parameter members: whom the group begins with; not every provider sends them here.
  func groupCreation(_ group: SimulatedGroup, members: [GroupMember]) -> ProviderCall
  /// Everything that happens to a group after its creation.
  func groupLife(_ id: String, _ change: GroupChange) -> [ProviderCall]
  /// Brings a group that was found to its members.
  func groupRefresh(_ id: String, members: [GroupMember]) -> [ProviderCall]
}

extension ProviderDialect {
  package var readsBeforeUpdate: Bool { false }
  package var linksManagers: Bool { false }
  package var deactivationWipes: Bool { false }
  package var deletesLeavers: Bool { false }
  package var groups: (any GroupDialect)? { nil }
}

/// The header fields an identity provider sends.
package struct ProviderHeaders: Sendable {
  /// Nil sends none, an empty one sends the name alone.
  package var userAgent: String?
  /// Before the token; Okta's Header Auth sends it bare.
  package var scheme: String?
  package var mediaType = "application/scim+json"
  package var others = HTTPFields()
}

/// One request in a provider's words, and what answers mean that it worked.
package struct ProviderCall: Sendable {
  package var call: CallTally.Call
  package var method: String
  package var target: String
  package var body: JSONObject?
  package var answers: [Int]

  package init(
    _ call: CallTally.Call, _ method: String, _ target: String, body: JSONObject? = nil,
    answers: Int...
  ) {
    self.call = call
    self.method = method
    self.target = target
    self.body = body
    self.answers = answers
  }

  /// The body of a PATCH with those operations.
  static func program(_ operations: [JSONValue]) -> JSONObject {
    JSONObject([
      .init(name: "schemas", value: [.string(SCIMNames.patch)]),
      .init(name: "Operations", value: .array(operations)),
    ])
  }
}

/// A member as groups are pushed with it.
package struct GroupMember: Sendable, Equatable {
  package var id: String
  package var userName: String
}

/// What becomes of a group between its creation and the end of a run.
package struct GroupChange: Sendable {
  package var group: SimulatedGroup
  /// Those it was created with, or is filled with first.
  package var initial: [GroupMember]
  package var joining: [GroupMember]
  package var leaving: [GroupMember]
  package var final: [GroupMember]
}
