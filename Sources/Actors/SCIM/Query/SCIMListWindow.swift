/// Keeps of all resources a list goes through those of one page, in bounded memory whichever way
/// they are sorted.
struct SCIMListWindow<Item> {
  /// How many items a sorted page may be away from where it is looked for; what is further away
  /// takes another pass.
  static var reach: Int { 16_384 }

  /// Small pages are not sorted after every other item.
  private static var slack: Int { 64 }

  private let after: SCIMSpot?
  private let skip: Int
  private let limit: Int
  private let order: Order
  private var entries: [(spot: SCIMSpot, item: Item)] = []
  /// What comes behind it is on no account on the page.
  private var cutoff: SCIMSpot?
  /// Items behind `after`, on the page or not.
  private var behind = 0
  /// All items offered.
  private(set) var total = 0

  enum Order {
    /// Items are offered in the order of the list.
    case offered
    case sorted(descending: Bool)
  }

  /// - Parameters:
  ///   - after: the item in front of those that count; nil for all.
  ///   - skip: items in front of the page.
  ///   - limit: items on the page.
  init(order: Order, after: SCIMSpot?, skip: Int, limit: Int) {
    self.order = order
    self.after = after
    self.skip = skip
    self.limit = limit
  }

  /// Whether no further item can be on the page.
  var isFull: Bool {
    if case .offered = order { entries.count >= limit } else { limit == 0 }
  }

  mutating func offer(_ item: Item, at spot: SCIMSpot) {
    total += 1
    if let after, !after.precedes(spot, descending: isDescending) { return }
    behind += 1
    switch order {
    case .offered:
      if behind > skip && !isFull { entries.append((spot, item)) }
    case .sorted:
      if let cutoff, !spot.precedes(cutoff, descending: isDescending) { return }
      entries.append((spot, item))
      if entries.count >= max(Self.slack, 2 * kept) { settle() }
    }
  }

  /// The page, in order.
  mutating func page() -> [(spot: SCIMSpot, item: Item)] {
    guard case .sorted = order else { return entries }
    settle()
    return Array(entries.dropFirst(skip))
  }

  private var isDescending: Bool {
    if case .sorted(let descending) = order { descending } else { false }
  }

  private var kept: Int { skip + limit }

  /// Sorts what is there and drops what is not needed.
  private mutating func settle() {
    let isDescending = isDescending
    entries.sort { $0.spot.precedes($1.spot, descending: isDescending) }
    guard entries.count >= kept else { return }
    entries.removeLast(entries.count - kept)
    cutoff = entries.last?.spot
  }
}
