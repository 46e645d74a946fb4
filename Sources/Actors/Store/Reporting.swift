/// Who reports to whom, and which references to managers nobody answers to yet: part of the
/// state's fold.
///
/// Employees are row numbers of the state's one table.
struct Reporting: Sendable {
  /// The employees whose manager a row is.
  private var reports: [Int: Places] = [:]
  /// The employees whose reference is not understood, by connection and folded reference.
  private var waiting: [Reference: Places] = [:]
  /// What is entered for an employee, to be taken out when it changes.
  private var entered: [Int: Link] = [:]

  struct Reference: Sendable, Hashable {
    let connection: String
    let folded: String
  }

  enum Link: Sendable, Equatable {
    case waiting(Reference)
    case manager(Int)
  }

  func reports(of manager: Int) -> [Int] { reports[manager]?.all ?? [] }

  /// Those who wait for somebody who is known by one of these names.
  func waiting(for names: some Sequence<String>, in connection: String) -> Set<Int> {
    var found: Set<Int> = []
    for name in names {
      let reference = Reference(connection: connection, folded: SCIMText.fold(name))
      found.formUnion(waiting[reference]?.all ?? [])
    }
    return found
  }

  func link(of employee: Int) -> Link? { entered[employee] }

  /// - Parameter link: nil when there is no manager.
  mutating func set(_ link: Link?, of employee: Int) {
    let known = entered[employee]
    if known == link { return }
    switch known {
    case .waiting(let reference)?: waiting.remove(employee, at: reference)
    case .manager(let manager)?: reports.remove(employee, at: manager)
    case nil: break
    }
    switch link {
    case .waiting(let reference)?: waiting.insert(employee, at: reference)
    case .manager(let manager)?: reports.insert(employee, at: manager)
    case nil: break
    }
    entered[employee] = link
  }
}
