import Transport

/// Who reports to whom, and which references to managers nobody answers to yet: part of the
/// state's fold.
///
/// Employees are row numbers of the state's one table.
struct Reporting: Sendable {
  /// Employees by their manager's row.
  private var reports = HashIndex()
  /// Employees by the reference that is not understood.
  private var awaiting = HashIndex()
  /// What is entered for each row, to be taken out when it changes.
  private var entered = PagedArray<UInt64>()
  private let hasher: SipHash
  /// Marks a manager's row number; without it an entry is the hash of a reference.
  private static let managerBit: UInt64 = 1 << 63

  init(_ hasher: SipHash) { self.hasher = hasher }

  struct Reference: Sendable {
    let connection: String
    let folded: String
  }

  enum Link: Sendable {
    case waiting(Reference)
    case manager(Int)
  }

  func reports(of manager: Int) -> [Int] {
    reports.places(HashIndex.hash(place: manager))
  }

  /// Those who may wait for somebody who is known by one of these names; their records tell.
  func waiting(for names: some Sequence<String>, in connection: String) -> Set<Int> {
    var found: Set<Int> = []
    for name in names {
      let reference = Reference(connection: connection, folded: SCIMText.fold(name))
      found.formUnion(awaiting.places(number(of: .waiting(reference))))
    }
    return found
  }

  /// The row of an employee's manager, once it is known.
  func manager(of employee: Int) -> Int? {
    guard employee < entered.count, entered[employee] & Self.managerBit != 0 else { return nil }
    return Int(entered[employee] & ~Self.managerBit)
  }

  /// - Parameter link: nil when there is no manager.
  /// - Returns: whether that is new.
  @discardableResult
  mutating func set(_ link: Link?, of employee: Int) -> Bool {
    while entered.count <= employee { entered.append(0) }
    let (known, number) = (entered[employee], link.map { self.number(of: $0) } ?? 0)
    if known == number { return false }
    if known & Self.managerBit != 0 {
      reports.remove(employee, at: HashIndex.hash(place: Int(known & ~Self.managerBit)))
    } else if known != 0 {
      awaiting.remove(employee, at: known)
    }
    switch link {
    case .manager(let place)?: reports.insert(employee, at: HashIndex.hash(place: place))
    case .waiting?: awaiting.insert(employee, at: number)
    case nil: break
    }
    entered[employee] = number
    return true
  }

  /// How a link is entered; never 0.
  private func number(of link: Link) -> UInt64 {
    switch link {
    case .manager(let place): UInt64(place) | Self.managerBit
    case .waiting(let reference):
      (hasher.hash(reference.folded, seed: hasher.hash(reference.connection, seed: 3) | 1)
        & ~Self.managerBit) | 1
    }
  }
}

extension Reporting {
  func write(to image: inout ImageWriter) throws(SpoolError) {
    try reports.write(to: &image)
    try awaiting.write(to: &image)
    try entered.write(to: &image)
  }

  init(_ hasher: SipHash, from image: inout ImageReader) throws(SpoolError) {
    self.init(hasher)
    reports = try HashIndex(from: &image)
    awaiting = try HashIndex(from: &image)
    entered = try PagedArray(from: &image)
  }
}
