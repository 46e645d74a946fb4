/// A company grown from a seed: the first n people are the same whatever its size.
package struct SimulatedCompany: Sendable {
  package let seed: UInt64
  package private(set) var people: [SimulatedPerson] = []
  /// People per team lead.
  private static let team = 9
  /// How an external id starts that this simulator made; `--clean` goes by it.
  package static let mark = "00usim"

  private var taken: [String: Int] = [:]

  /// - Parameter users: 1 to 1,000,000.
  package init(users: Int, seed: UInt64) {
    self.seed = seed
    people.reserveCapacity(users)
    for index in 0..<users { hire(index) }
  }

  /// People by wave, so that a manager is there before whoever reports to them.
  package var waves: [[Int]] {
    var waves: [[Int]] = []
    for (index, person) in people.enumerated() {
      while waves.count <= person.wave { waves.append([]) }
      waves[person.wave].append(index)
    }
    return waves
  }

  package func fate(_ index: Int) -> SimulatedFate { SimulatedFate(index: index) }

  /// The person after what happened to them: a promotion, a move, a new phone, a new department.
  package func updated(_ index: Int) -> SimulatedPerson {
    var person = people[index]
    var random = SeededRandom(seed: seed ^ 0x5EED, stream: index)
    switch random.below(4) {
    case 0: person.title = Self.promoted(person.title)
    case 1:
      let office = (person.office + 1 + random.below(Office.all.count - 1)) % Office.all.count
      person.office = office
      person.workPhone = Office.all[office].phoneNumber(&random)
    case 2: person.mobilePhone = "+1 212 555 0" + (100 + random.below(100)).description
    default:
      let others = Department.all.filter { $0.name != person.department }
      let department = random.pick(others)
      person.department = department.name
      person.division = department.division
      person.costCenter = department.costCenter
    }
    return person
  }

  private static func promoted(_ title: String) -> String {
    let ladder = Department.all.first { $0.titles.contains(title) }?.titles ?? []
    guard let step = ladder.firstIndex(of: title), step + 1 < ladder.count else {
      return "Principal " + title
    }
    return ladder[step + 1]
  }

  private mutating func hire(_ index: Int) {
    var random = SeededRandom(seed: seed, stream: index)
    let (given, family) = (random.pick(NameBook.given), random.pick(NameBook.family))
    let office = random.below(Office.all.count)
    let place = place(of: index)
    let department = Department.all[place.department]
    people.append(
      SimulatedPerson(
        externalId: Self.mark + random.letters(14), userName: userName(given, family),
        givenName: given.written, familyName: family.written,
        title: place.title ?? random.pick(department.titles), department: department.name,
        division: department.division, costCenter: department.costCenter,
        employeeNumber: String(100_000 + index),
        userType: random.below(12) == 0 ? "Contractor" : "Employee", office: office,
        workPhone: Office.all[office].phoneNumber(&random),
        mobilePhone: "+1 646 555 0" + (100 + random.below(100)).description,
        manager: place.manager.map { people[$0].userName }, wave: place.wave,
        password: random.letters(16)))
  }

  /// Index 0 is the top, 1 to 8 the heads; then each department fills with a lead and a team.
  private func place(
    of index: Int
  ) -> (department: Int, title: String?, manager: Int?, wave: Int) {
    let count = Department.all.count
    if index == 0 { return (4, "Chief Executive Officer", nil, 0) }
    let department = (index - 1) % count
    if index <= count { return (department, Department.all[department].head, 0, 1) }
    let rank = (index - 1) / count - 1
    let (team, seat) = (rank / (Self.team + 1), rank % (Self.team + 1))
    if seat == 0 { return (department, Department.all[department].lead, department + 1, 2) }
    return (department, nil, (team * (Self.team + 1) + 1) * count + department + 1, 3)
  }

  /// "bjensen@example.com", then "bjensen2@…"; each seed but 1 has a domain of its own.
  private mutating func userName(_ given: NameBook.Name, _ family: NameBook.Name) -> String {
    let stem = String(given.plain.prefix(1)) + family.plain
    taken[stem, default: 0] += 1
    let number = taken[stem] ?? 1
    let domain = seed == 1 ? "example.com" : "seed\(seed).example.com"
    return "\(stem)\(number == 1 ? "" : "\(number)")@\(domain)"
  }
}
