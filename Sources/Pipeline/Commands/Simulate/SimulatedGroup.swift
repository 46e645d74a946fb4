/// One group of the simulated company, as an identity provider pushes it.
package struct SimulatedGroup: Sendable, Equatable {
  /// Members at most, so that a push of all of them stays a body any server takes.
  private static let memberBound = 400
  /// What the name of every simulated group contains; `--clean` goes by it.
  package static let mark = " (simulated"

  /// Position among the company's groups; decides what happens to the group.
  package var index: Int
  /// What it is called in the end.
  package var name: String
  /// Places of its members in the company.
  package var members: [Int]

  /// Created under another name and renamed later.
  package var isRenamed: Bool { index % 3 == 0 }
  /// What it is called when it is created.
  package var firstName: String { isRenamed ? "New " + name : name }
  /// Created with members in it, where the provider does both.
  package var beginsFilled: Bool { index % 2 == 1 }
  /// Pushed as a whole once more at the end.
  package var isPushedAgain: Bool { index % 4 == 1 }

  /// Departments first, then offices, then projects across them.
  static func all(of company: SimulatedCompany, count: Int) -> [SimulatedGroup] {
    let ending = company.seed == 1 ? "\(mark))" : "\(mark), seed \(company.seed))"
    let staying = company.people.indices.filter { company.fate($0).endsActive }
    return (0..<count).map { index in
      let (name, belongs) = rule(index, company)
      return SimulatedGroup(
        index: index, name: name + ending,
        members: Array(staying.lazy.filter(belongs).prefix(memberBound)))
    }
  }

  private static func rule(
    _ index: Int, _ company: SimulatedCompany
  ) -> (String, @Sendable (Int) -> Bool) {
    let (departments, offices) = (Department.all, Office.all)
    if index < departments.count {
      let name = departments[index].name
      return (name, { company.people[$0].department == name })
    }
    if index < departments.count + offices.count {
      let office = index - departments.count
      return (offices[office].city + " office", { company.people[$0].office == office })
    }
    let number = index - departments.count - offices.count + 1
    return ("Project \(number)", { ($0 + number) % 12 == 0 })
  }
}
