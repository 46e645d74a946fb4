import Transport

/// The members of one group, so kept that one of fifty thousand comes and goes like one of fifty,
/// and that a reader can hold on to what they were.
///
/// A value type in shards of about 64 members: a copy shares them all, and a change after it
/// copies the one it is in.
package struct MemberSet: Sendable {
  package struct Entry: Sendable {
    package var member: SCIMMember
    /// The row of the resource it stands for; nil while nobody here has that id.
    package var target: Int?
    /// Rises with every member that is added, so that members keep their order.
    fileprivate let order: Int
  }

  private var shards: [[String: Entry]] = [[:]]
  package private(set) var count = 0
  private var nextOrder = 0
  private static let shardSize = 64

  package init() {}

  package subscript(value: String) -> Entry? { shards[shard(of: value)][value] }

  package func contains(_ value: String) -> Bool { self[value] != nil }

  /// In the order they were added; costs as much as there are members.
  package var all: [Entry] {
    shards.flatMap(\.values).sorted { $0.order < $1.order }
  }

  /// In no order.
  package func forEach(_ body: (Entry) -> Void) {
    for shard in shards { for entry in shard.values { body(entry) } }
  }

  /// Adds a member, or replaces what is known of one that is there; it keeps its place then.
  mutating func set(_ member: SCIMMember, target: Int?) {
    let index = shard(of: member.value)
    if let known = shards[index][member.value] {
      shards[index][member.value] = Entry(member: member, target: target, order: known.order)
      return
    }
    shards[index][member.value] = Entry(member: member, target: target, order: nextOrder)
    nextOrder += 1
    count += 1
    if count > shards.count * Self.shardSize { spread() }
  }

  @discardableResult
  mutating func remove(_ value: String) -> Entry? {
    let entry = shards[shard(of: value)].removeValue(forKey: value)
    if entry != nil { count -= 1 }
    return entry
  }

  private func shard(of value: String) -> Int {
    Int(UInt(bitPattern: value.hashValue) & UInt(shards.count - 1))
  }

  /// Twice as many shards.
  private mutating func spread() {
    let old = shards
    shards = Array(repeating: [:], count: old.count * 2)
    for entry in old.joined().map(\.value) {
      shards[shard(of: entry.member.value)][entry.member.value] = entry
    }
  }
}

extension MemberSet {
  /// The JSON array SCIM shows; empty when there is nobody.
  package var bytes: [UInt8] {
    if count == 0 { return [] }
    var out: [UInt8] = []
    out.reserveCapacity(count * 64)
    for entry in all {
      out.append(out.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
      entry.member.json.write(to: &out)
    }
    out.append(UInt8(ascii: "]"))
    return out
  }
}
