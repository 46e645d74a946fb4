import Transport

/// The four hops of the spool, in the order a write passes them.
enum Hop: Int, CaseIterable {
  case accepted
  case mapped
  case committed
  case attempts

  /// The directory's name, as people see it.
  var name: String {
    switch self {
    case .accepted: "1-accepted"
    case .mapped: "2-mapped"
    case .committed: "3-committed"
    case .attempts: "4-attempts"
    }
  }

  /// Only `3-committed` is synced before an answer. A crash may cut what the others had not
  /// synced; 1 and 2 then go on with a gap, because outcomes may already name what was lost.
  var description: HopDescription {
    switch self {
    case .accepted, .mapped:
      HopDescription(name: name, durability: .lagging(every: .seconds(1)), mayGap: true)
    case .committed:
      HopDescription(
        name: name, durability: .acknowledged, mayGap: false,
        references: [.init(member: "accepted", hop: Hop.accepted.name)])
    case .attempts:
      HopDescription(
        name: name, durability: .lagging(every: .milliseconds(50)), mayGap: false,
        references: [.init(member: "durableSeq", hop: Hop.committed.name)])
    }
  }
}
