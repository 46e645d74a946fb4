/// The few kinds of employment applications can rely on, read from a free text.
package enum EmploymentType: String, Sendable, CaseIterable {
  case employee, contractor, intern, temporary, freelance, other

  /// A text's words in this order of precedence: a "contract employee" is a contractor.
  private static let words: [(type: EmploymentType, words: Set<String>)] = [
    (.intern, ["intern", "internship", "trainee", "apprentice", "student", "werkstudent"]),
    (.freelance, ["freelance", "freelancer", "self"]),
    (
      .contractor,
      ["contractor", "contract", "contingent", "consultant", "vendor", "external", "agency"]
    ),
    (.temporary, ["temporary", "temp", "seasonal", "fixed", "casual"]),
    (
      .employee,
      ["employee", "full", "part", "fulltime", "permanent", "regular", "staff", "salaried", "fte"]
    ),
  ]

  package init(reading text: String) {
    let found = Set(text.lowercased().split { !$0.isLetter }.map(String.init))
    self = Self.words.first { !$0.words.isDisjoint(with: found) }?.type ?? .other
  }
}
