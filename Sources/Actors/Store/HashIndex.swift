import Transport

/// Finds row numbers by the 64-bit keyed hash of what they are known by; whoever looks something up
/// confirms it on the record, since two texts may share a hash.
///
/// A value of many small tables: a copy shares them all, and a change after it copies the one it is
/// in, so that a snapshot can hold on to it while writes go on.
struct HashIndex: Sendable {
  /// 2 to this power.
  private static let tableBits: UInt64 = 10

  private var tables = [Table](repeating: Table(), count: 1 << Int(tableBits))

  /// Row numbers under that hash, rising.
  func places(_ hash: UInt64) -> [Int] { tables[Self.table(hash)].places(hash) }

  /// Whether there is any.
  func holds(_ hash: UInt64) -> Bool { tables[Self.table(hash)].slot(of: hash) != nil }

  /// Enters a row; no effect when it is there.
  mutating func insert(_ place: Int, at hash: UInt64) {
    tables[Self.table(hash)].insert(UInt32(place), at: hash)
  }

  /// Takes a row out; no effect when it is not there.
  mutating func remove(_ place: Int, at hash: UInt64) {
    tables[Self.table(hash)].remove(UInt32(place), at: hash)
  }

  /// Spreads row numbers; no two share one.
  static func hash(place: Int) -> UInt64 { UInt64(place + 1) &* 0x9E37_79B9_7F4A_7C15 }

  private static func table(_ hash: UInt64) -> Int { Int(hash >> 40 & (1 << tableBits - 1)) }
}

extension HashIndex {
  /// Open addressing with linear probing; an entry that goes lets those behind it move up, so that
  /// no mark of it stays.
  fileprivate struct Table: Sendable {
    /// 0 where nothing is; a hash of 0 stands as 1.
    fileprivate var hashes: [UInt64] = []
    /// A row number, or with the top bit set the number of a list.
    fileprivate var values: [UInt32] = []
    fileprivate var count = 0
    /// Rising row numbers of hashes that several rows have.
    fileprivate var lists: [[UInt32]] = []
    fileprivate var freeLists: [UInt32] = []

    private static let listBit: UInt32 = 1 << 31

    func places(_ hash: UInt64) -> [Int] {
      guard let slot = slot(of: hash) else { return [] }
      let value = values[slot]
      if value & Self.listBit == 0 { return [Int(value)] }
      return lists[Int(value & ~Self.listBit)].map { Int($0) }
    }

    func slot(of hash: UInt64) -> Int? {
      if hashes.isEmpty { return nil }
      let hash = max(hash, 1)
      var slot = Int(truncatingIfNeeded: hash) & (hashes.count - 1)
      while hashes[slot] != hash {
        if hashes[slot] == 0 { return nil }
        slot = (slot + 1) & (hashes.count - 1)
      }
      return slot
    }

    mutating func insert(_ place: UInt32, at hash: UInt64) {
      if let slot = slot(of: hash) { return add(place, in: slot) }
      if (count + 1) * 5 > hashes.count * 4 { grow() }
      put(max(hash, 1), place)
      count += 1
    }

    mutating func remove(_ place: UInt32, at hash: UInt64) {
      guard let slot = slot(of: hash) else { return }
      let value = values[slot]
      if value & Self.listBit == 0 {
        if value == place { close(slot) }
        return
      }
      let list = Int(value & ~Self.listBit)
      let index = lists[list].partitioningIndex { $0 >= place }
      guard index < lists[list].count, lists[list][index] == place else { return }
      lists[list].remove(at: index)
      guard lists[list].count == 1 else { return }
      values[slot] = lists[list][0]
      lists[list] = []
      freeLists.append(UInt32(list))
    }

    private mutating func add(_ place: UInt32, in slot: Int) {
      let value = values[slot]
      if value == place { return }
      if value & Self.listBit == 0 {
        let pair = value < place ? [value, place] : [place, value]
        if let free = freeLists.popLast() {
          lists[Int(free)] = pair
          values[slot] = free | Self.listBit
        } else {
          values[slot] = UInt32(lists.count) | Self.listBit
          lists.append(pair)
        }
        return
      }
      let list = Int(value & ~Self.listBit)
      let index = lists[list].partitioningIndex { $0 >= place }
      if index < lists[list].count, lists[list][index] == place { return }
      lists[list].insert(place, at: index)
    }

    private mutating func put(_ hash: UInt64, _ value: UInt32) {
      var slot = Int(truncatingIfNeeded: hash) & (hashes.count - 1)
      while hashes[slot] != 0 { slot = (slot + 1) & (hashes.count - 1) }
      hashes[slot] = hash
      values[slot] = value
    }

    private mutating func grow() {
      let (oldHashes, oldValues) = (hashes, values)
      let capacity = max(8, hashes.count * 2)
      hashes = [UInt64](repeating: 0, count: capacity)
      values = [UInt32](repeating: 0, count: capacity)
      for index in oldHashes.indices where oldHashes[index] != 0 {
        put(oldHashes[index], oldValues[index])
      }
    }

    /// Empties a slot and moves up what was probed past it.
    private mutating func close(_ slot: Int) {
      let mask = hashes.count - 1
      var (hole, next) = (slot, (slot + 1) & mask)
      while hashes[next] != 0 {
        let home = Int(truncatingIfNeeded: hashes[next]) & mask
        if (next - home) & mask >= (next - hole) & mask {
          hashes[hole] = hashes[next]
          values[hole] = values[next]
          hole = next
        }
        next = (next + 1) & mask
      }
      hashes[hole] = 0
      count -= 1
    }
  }
}

extension HashIndex {
  func write(to image: inout ImageWriter) throws(SpoolError) {
    for table in tables { try table.write(to: &image) }
  }

  init(from image: inout ImageReader) throws(SpoolError) {
    for number in tables.indices { tables[number] = try Table(from: &image) }
  }
}

extension HashIndex.Table {
  fileprivate func write(to image: inout ImageWriter) throws(SpoolError) {
    try image.write(hashes)
    try image.write(values)
    try image.write(count)
    try image.write(lists.count)
    for list in lists { try image.write(list) }
    try image.write(freeLists)
  }

  fileprivate init(from image: inout ImageReader) throws(SpoolError) {
    hashes = try image.array()
    values = try image.array()
    count = try image.number()
    for _ in 0..<(try image.number()) { lists.append(try image.array()) }
    freeLists = try image.array()
  }
}

extension RandomAccessCollection where Index == Int {
  /// The first index whose element satisfies a condition that all later ones satisfy too.
  func partitioningIndex(where holds: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
