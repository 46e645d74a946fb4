/// Keeps a second directory up to a spool in use: what was durable there a moment ago is here.
///
/// The copy never holds a line of the acknowledged hop that the source had not synced, and nothing
/// in it names a line it lacks, whenever it is cut off: what names is shipped after what is named.
package struct SpoolFollower {
  /// What one round did.
  package struct Round: Sendable, Hashable {
    /// Lines of the acknowledged hop that were shipped.
    package var lines: UInt64 = 0
    /// Bytes of all files.
    package var bytes: UInt64 = 0
    /// The newest line of the acknowledged hop in the copy, and at the source.
    package var through: UInt64 = 0
    package var last: UInt64 = 0
    /// Files that went because they went at the source.
    package var removed = 0
    /// Lines the copy lacks.
    package var lag: UInt64 { last > through ? last - through : 0 }
  }

  private static let unfinished = ".unfinished"

  package let source: String
  package let target: String
  private let hops: [HopDescription]
  private let lock: SpoolLock
  private var shipments: [HopShipment]
  /// Contents that were shipped of files that change, by name.
  private var shipped: [String: [UInt8]] = [:]
  /// Which file it was, of those that are replaced rarely or never.
  private var inodes: [String: UInt64] = [:]

  /// Takes the copy's lock, and makes the copy where there is none. Blocks.
  package init(
    from source: String, to target: String, hops: [HopDescription]
  ) throws(BackupError) {
    self.source = source
    self.target = target
    self.hops = hops
    let reader = try BackupError.reading { () throws(SpoolError) in
      try SpoolReader(directory: source, hops: hops)
    }
    guard let identity = reader.identity else { throw .spool(.notFound(directory: source)) }
    let isNew = try Self.prepare(target, hops)
    lock = try BackupError.reading { () throws(SpoolError) in try SpoolLock.take(in: target) }
    if !isNew { try Self.compare(target, hops, with: identity.instance) }
    let (lock, format, epoch) = (lock, identity.format, identity.epoch)
    shipments = try BackupError.files { () throws(FileError) in
      try lock.describe(instance: identity.instance, epoch: epoch, format: format)
      if isNew { try FileSystem.replace(target + "/" + Self.unfinished, with: []) }
      var shipments: [HopShipment] = []
      for hop in hops { shipments.append(try HopShipment(hop, in: target)) }
      return shipments
    }
  }

  /// Whether there was no copy yet.
  private static func prepare(
    _ target: String, _ hops: [HopDescription]
  ) throws(BackupError) -> Bool {
    let names = try BackupError.files { () throws(FileError) in
      if try FileSystem.makeDirectory(target) {
        try FileSystem.syncDirectory(FileSystem.parent(of: target))
      }
      return try FileSystem.list(target)
    }
    let isCopy = names.contains(SpoolLock.name)
    guard names.isEmpty || isCopy else { throw .exists(target) }
    try BackupError.files { () throws(FileError) in
      for folder in SpoolRestore.folders(hops) {
        try FileSystem.makeDirectory(target + "/" + folder)
      }
      try FileSystem.syncDirectory(target)
    }
    return !isCopy
  }

  private static func compare(
    _ target: String, _ hops: [HopDescription], with instance: String
  ) throws(BackupError) {
    let reader = try BackupError.reading { () throws(SpoolError) in
      try SpoolReader(directory: target, hops: hops)
    }
    if let found = reader.identity, found.instance != instance { throw .otherSpool(target) }
  }

  /// A copy that never caught up lacks what its cursors or ledger may name.
  static func refuseUnfinished(_ directory: String) throws(BackupError) {
    let status = try BackupError.files { () throws(FileError) in
      try FileSystem.status(directory + "/" + unfinished)
    }
    if status != nil { throw .unfinished(directory) }
  }
}

// MARK: A round

extension SpoolFollower {
  /// Ships what has come since the round before. Blocks.
  package mutating func round() throws(BackupError) -> Round {
    let inventory = try SpoolInventory(of: source, hops: hops)
    var round = Round()
    let plans = try plans(inventory)
    if shipments.contains(where: \.isOvertaken) {
      try BackupError.files { [target] () throws(FileError) in
        try FileSystem.replace(target + "/" + Self.unfinished, with: [])
      }
    }
    try ship(inventory.others, &round)
    for (index, plan) in plans.enumerated() {
      try shipments[index].ship(plan)
      round.bytes += plan.bytes
      guard hops[index].isAcknowledged else { continue }
      (round.lines, round.through, round.last) = (plan.lines, plan.through, plan.last)
    }
    try ship(inventory.snapshotFiles, &round)
    try ship(inventory.cursors, &round)
    try sweep(inventory, &round)
    try BackupError.files { [target] () throws(FileError) in
      if try FileSystem.remove(target + "/" + Self.unfinished) {
        try FileSystem.syncDirectory(target)
      }
    }
    return round
  }

  /// From the last hop to the first: what a line, a cursor or a snapshot names was durable when
  /// it was written, so the acknowledged hop may be shipped through the highest number named.
  private mutating func plans(
    _ inventory: SpoolInventory
  ) throws(BackupError) -> [HopShipment.Plan] {
    var proven = max(inventory.snapshot ?? 0, try Self.highest(in: inventory.cursors))
    let acknowledged = hops.first(where: \.isAcknowledged)?.name
    var plans: [HopShipment.Plan] = []
    for index in hops.indices.reversed() {
      let limit = hops[index].isAcknowledged ? proven : .max
      let plan = try shipments[index].plan(inventory.segments[index], through: limit)
      for (reference, named) in zip(hops[index].references, plan.named)
      where reference.hop == acknowledged { proven = max(proven, named) }
      plans.insert(plan, at: 0)
    }
    return plans
  }

  private static func highest(in cursors: [SpoolInventory.Item]) throws(BackupError) -> UInt64 {
    var highest: UInt64 = 0
    for item in cursors {
      let bytes = try BackupError.files { () throws(FileError) in
        try item.file.read(at: 0, count: Int(item.size))
      }
      let value = try? JSONValue(parsing: bytes)
      for member in ["seq", "high"] {
        guard let seq = value?[member]?.number.flatMap({ UInt64($0.text) }) else { continue }
        highest = max(highest, seq)
      }
    }
    return highest
  }

  /// Replaces, as a whole, what is new or differs.
  private mutating func ship(
    _ items: [SpoolInventory.Item], _ round: inout Round
  ) throws(BackupError) {
    var folders: Set<String> = []
    for item in items where try isDue(item) {
      let path = target + "/" + item.name
      try BackupError.files { () throws(FileError) in
        let file = try File(path + ".tmp", .creating)
        try item.file.copy(0..<item.size, to: file)
        try file.sync()
        try FileSystem.rename(path + ".tmp", to: path)
      }
      round.bytes += item.size
      folders.insert(FileSystem.parent(of: path))
    }
    try BackupError.files { () throws(FileError) in
      for folder in folders { try FileSystem.syncDirectory(folder) }
    }
  }

  /// Cursors and secrets change all the time; the rest is made once, or replaced as a whole.
  private mutating func isDue(_ item: SpoolInventory.Item) throws(BackupError) -> Bool {
    let path = target + "/" + item.name
    guard item.name.hasSuffix(SpoolInventory.secrets) || item.name.hasPrefix("cursors/") else {
      let (inode, size) = try BackupError.files { () throws(FileError) in
        (try item.file.inode(), try FileSystem.status(path)?.size)
      }
      let known = inodes.updateValue(inode, forKey: item.name) ?? inode
      return size != item.size || known != inode
    }
    let bytes = try BackupError.files { () throws(FileError) in
      try item.file.read(at: 0, count: Int(item.size))
    }
    defer { shipped[item.name] = bytes }
    return shipped[item.name] != bytes
  }

  /// Removes what is gone at the source: snapshots before the segments they made superfluous.
  private mutating func sweep(
    _ inventory: SpoolInventory, _ round: inout Round
  ) throws(BackupError) {
    let kept = Set(inventory.items.map(\.name))
    for folder in ["cursors", SpoolInventory.snapshots] + SpoolInventory.records
      + hops.reversed().map(\.name)
    {
      let gone = try BackupError.files { [target] () throws(FileError) in
        let gone = try FileSystem.list(target + "/" + folder).filter {
          !kept.contains(folder + "/" + $0)
        }
        for name in gone { try FileSystem.remove("\(target)/\(folder)/\(name)") }
        if !gone.isEmpty { try FileSystem.syncDirectory(target + "/" + folder) }
        return gone
      }
      for name in gone {
        shipped[folder + "/" + name] = nil
        inodes[folder + "/" + name] = nil
      }
      round.removed += gone.count
    }
  }
}
