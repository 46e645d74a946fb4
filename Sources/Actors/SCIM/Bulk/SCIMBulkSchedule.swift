/// Says which operation of a bulk request may run next, so that what comes of all is what would
/// come of them one after the other, and yet those that have nothing in common run together.
///
/// The order is the request's, except that a POST goes ahead of whoever names its bulkId. In a
/// circle of references somebody has to be first; that one names an id that is still to be used.
package struct SCIMBulkSchedule: Sendable {
  /// Operations by number, in the order that one-by-one execution would take.
  package let order: [Int]
  /// Where each operation stands in `order`.
  private let rank: [Int]
  private var followers: [[Int]]
  /// How many operations each one still waits for.
  private var waits: [Int]
  /// Ranks of those that wait for nobody.
  private var ready: [Int] = []

  package init(_ operations: [SCIMBulkOperation], _ claims: [SCIMBulkClaims]) {
    order = Self.order(of: operations)
    var rank = [Int](repeating: 0, count: order.count)
    for (place, index) in order.enumerated() { rank[index] = place }
    self.rank = rank
    followers = Self.followers(order, Self.inherited(order, operations, claims))
    waits = [Int](repeating: 0, count: order.count)
    for follower in followers.joined() { waits[follower] += 1 }
    ready = order.indices.filter { waits[order[$0]] == 0 }
  }

  /// The first in order of those that may run now; it is not offered again.
  package mutating func next() -> Int? {
    guard let first = ready.indices.min(by: { ready[$0] < ready[$1] }) else { return nil }
    ready.swapAt(first, ready.endIndex - 1)
    return order[ready.removeLast()]
  }

  /// Lets those run that waited for it alone.
  package mutating func finished(_ index: Int) {
    for follower in followers[index] {
      waits[follower] -= 1
      if waits[follower] == 0 { ready.append(rank[follower]) }
    }
  }
}

extension SCIMBulkSchedule {
  private static func order(of operations: [SCIMBulkOperation]) -> [Int] {
    var makers: [String: Int] = [:]
    for (index, operation) in operations.enumerated() where operation.isCreation {
      if let bulkId = operation.bulkId { makers[bulkId] = index }
    }
    var order: [Int] = []
    var seen: Set<Int> = []
    /// As deep as references follow each other: at most `maxOperations`.
    func visit(_ index: Int) {
      guard seen.insert(index).inserted else { return }
      for maker in operations[index].references.compactMap({ makers[$0] }).sorted() { visit(maker) }
      order.append(index)
    }
    for index in operations.indices { visit(index) }
    return order
  }

  /// Claims with every name that an earlier operation gave or took from the same resource.
  private static func inherited(
    _ order: [Int], _ operations: [SCIMBulkOperation], _ claims: [SCIMBulkClaims]
  ) -> [SCIMBulkClaims] {
    var all = claims
    var known: [String: Set<String>] = [:]
    for index in order {
      guard let resource = SCIMBulkClaims.resource(of: operations[index]) else { continue }
      known[resource, default: []].formUnion(all[index].claims)
      all[index].claims = known[resource, default: []]
    }
    return all
  }

  /// Who has to wait for whom: after a claim whoever claims or mentions the same, after a mention
  /// whoever claims it.
  private static func followers(_ order: [Int], _ claims: [SCIMBulkClaims]) -> [[Int]] {
    let contested = claims.reduce(into: Set<String>()) { $0.formUnion($1.claims) }
    var followers = [[Int]](repeating: [], count: order.count)
    var claimant: [String: Int] = [:]
    var mentioners: [String: [Int]] = [:]
    for index in order {
      for text in claims[index].mentions.subtracting(claims[index].claims)
      where contested.contains(text) {
        if let claimant = claimant[text] { followers[claimant].append(index) }
        mentioners[text, default: []].append(index)
      }
      for text in claims[index].claims {
        if let claimant = claimant[text] { followers[claimant].append(index) }
        for mentioner in mentioners.removeValue(forKey: text) ?? [] {
          followers[mentioner].append(index)
        }
        claimant[text] = index
      }
    }
    return followers
  }
}
