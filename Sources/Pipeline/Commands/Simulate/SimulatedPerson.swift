/// One person of the simulated company, as an identity provider's directory holds them.
package struct SimulatedPerson: Sendable, Equatable {
  package var externalId: String
  package var userName: String
  package var givenName: String
  package var familyName: String
  package var title: String
  package var department: String
  package var division: String
  package var costCenter: String
  package var employeeNumber: String
  package var userType: String
  package var office: Int
  package var workPhone: String
  package var mobilePhone: String
  /// The user name of the manager; nil for the one at the top.
  package var manager: String?
  /// Steps from the top: a manager always stands in an earlier wave.
  package var wave: Int
  package var password: String

  package var displayName: String { "\(givenName) \(familyName)" }
}

/// What an identity provider will do with a person after creating them.
package struct SimulatedFate: Sendable, Equatable {
  package var isUpdated: Bool
  package var isDeactivated: Bool
  package var isReactivated: Bool

  /// Exact shares of every 200 people: 120 updated, 15 deactivated, 3 of those taken back.
  package init(index: Int) {
    isUpdated = (index * 3) % 5 < 3
    isDeactivated = [7, 19, 33].contains(index % 40)
    isReactivated = [7, 73, 99].contains(index % 200)
    leavesForGood = index % 40 == 19 && !isReactivated
  }

  package var patches: Int { (isDeactivated ? 1 : 0) + (isReactivated ? 1 : 0) }
  package var endsActive: Bool { !isDeactivated || isReactivated }
  /// Deleted in the end, where the provider deletes; one in forty is considered.
  package let leavesForGood: Bool
}
