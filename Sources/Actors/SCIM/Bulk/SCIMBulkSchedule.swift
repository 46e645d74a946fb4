/// Says which operation of a bulk request may run next, so that what comes of all is what would
/// come of them one after the other, and yet those that have nothing in common run together.
///
/// Operations that claim something in common, directly or through others, form a chain and follow
/// each other. Who mentions what a chain claims waits for what stands before it in the chain, and
/// what stands behind it waits for him. The order is the request's, except that a POST goes ahead of
/// whoever names its bulkId. In a circle of references somebody has to be first; that one names an
/// id that is still to be used.
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
    followers = Self.followers(order, claims)
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

  private static func followers(_ order: [Int], _ claims: [SCIMBulkClaims]) -> [[Int]] {
    var chains = SCIMBulkChains(claims)
    var followers = [[Int]](repeating: [], count: order.count)
    /// The last operation of each chain so far, and who mentioned the chain since.
    var last: [Int: Int] = [:]
    var mentioners: [Int: [Int]] = [:]
    for index in order {
      let own = chains.chain(of: index)
      for chain in Set(claims[index].mentions.compactMap { chains.chain(claiming: $0) })
      where chain != own {
        if let last = last[chain] { followers[last].append(index) }
        mentioners[chain, default: []].append(index)
      }
      if let last = last[own] { followers[last].append(index) }
      for mentioner in mentioners.removeValue(forKey: own) ?? [] {
        followers[mentioner].append(index)
      }
      last[own] = index
    }
    return followers
  }
}

/// Operations joined by what they claim: each chain is named by one of its operations.
private struct SCIMBulkChains {
  private var parents: [Int]
  private var claimants: [String: Int] = [:]

  init(_ claims: [SCIMBulkClaims]) {
    parents = Array(claims.indices)
    for (index, claim) in claims.enumerated() {
      for text in claim.claims {
        guard let other = claimants.updateValue(index, forKey: text) else { continue }
        let root = chain(of: other)
        parents[root] = chain(of: index)
      }
    }
  }

  mutating func chain(of index: Int) -> Int {
    var root = index
    while parents[root] != root {
      parents[root] = parents[parents[root]]
      root = parents[root]
    }
    return root
  }

  mutating func chain(claiming text: String) -> Int? { claimants[text].map { chain(of: $0) } }
}
