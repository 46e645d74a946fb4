/// Makes a spool out of a backup or a copy that followed one, with a raised epoch.
package struct SpoolRestore {
  package enum Source {
    case archive(BackupArchive)
    /// A directory that `SpoolFollower` keeps, or any copied spool.
    case directory(String)
  }

  private let source: Source
  private let hops: [HopDescription]

  package init(_ source: Source, hops: [HopDescription]) {
    self.source = source
    self.hops = hops
  }

  /// Verifies all of it, then writes the spool; under its name only once it is whole. Blocks.
  /// - Parameter target: must not exist.
  package func run(
    to target: String, log: Logger
  ) throws(BackupError) -> SpoolRecovery {
    let status = try BackupError.files { () throws(FileError) in try FileSystem.status(target) }
    guard status == nil else { throw .exists(target) }
    try refuseDamage(try verify())
    let parent = FileSystem.parent(of: target)
    let scratch = try BackupError.files { () throws(FileError) in
      try ScratchDirectory(in: parent, named: ".restoring")
    }
    do throws(BackupError) {
      try fill(scratch.path)
      try refuseDamage(try verify(directory: scratch.path))
      let recovery = try reopen(scratch.path, log)
      try BackupError.files { () throws(FileError) in
        try FileSystem.rename(scratch.path, to: target)
        try FileSystem.syncDirectory(parent)
      }
      return recovery
    } catch {
      scratch.remove()
      throw error
    }
  }

  /// Compares every checksum there is.
  package func verify() throws(BackupError) -> SpoolReader.Verification {
    switch source {
    case .archive(let archive): return try archive.verify()
    case .directory(let path):
      try SpoolFollower.refuseUnfinished(path)
      return try verify(directory: path)
    }
  }

  /// Hops and snapshots.
  private func verify(
    directory: String
  ) throws(BackupError) -> SpoolReader.Verification {
    try BackupError.anything {
      var verification = try SpoolReader(directory: directory, hops: hops).verify()
      let files = SnapshotFiles(spool: directory)
      for number in try files.numbers() {
        do {
          let reader = try files.open(number)
          var lines: UInt64 = 0
          for part in 0..<reader.parts { lines += try reader.read(part: part) { _ in } }
          try reader.finish(lines: lines)
        } catch SpoolError.corrupt(let segment, let offset, let seq, let reason) {
          verification.findings.append(
            .corrupt(segment: segment, offset: offset, seq: seq, reason: reason))
        }
      }
      return verification
    }
  }

  /// A torn end was never acknowledged: the start cuts it and keeps a copy, as after a crash.
  private func refuseDamage(
    _ verification: SpoolReader.Verification
  ) throws(BackupError) {
    let damage = verification.findings.filter { !$0.isTornTail }
    if !damage.isEmpty { throw .damaged(damage) }
  }

  /// Directories of a spool that a backup may hold files of.
  static func folders(_ hops: [HopDescription]) -> [String] {
    hops.map(\.name) + ["cursors", SpoolInventory.snapshots] + SpoolInventory.records
  }

  private func fill(_ directory: String) throws(BackupError) {
    let folders = Self.folders(hops)
    try BackupError.files { () throws(FileError) in
      for folder in folders { try FileSystem.makeDirectory(directory + "/" + folder) }
    }
    switch source {
    case .archive(let archive):
      try BackupError.files { () throws(FileError) in try archive.unpack(into: directory) }
    case .directory(let path):
      let inventory = try SpoolInventory(of: path, hops: hops)
      try BackupError.files { () throws(FileError) in
        for item in inventory.items {
          let target = try File(directory + "/" + item.name, .creating)
          try item.file.copy(0..<item.size, to: target)
          try target.sync()
        }
      }
    }
    try BackupError.files { () throws(FileError) in
      for folder in folders { try FileSystem.syncDirectory(directory + "/" + folder) }
      try FileSystem.syncDirectory(directory)
    }
  }

  /// Opens the spool once, which cuts torn ends, raises the epoch in every hop and notes a clean
  /// stop.
  private func reopen(_ directory: String, _ log: Logger) throws(BackupError) -> SpoolRecovery {
    var options = SpoolOptions()
    options.raisesEpoch = true
    let (spool, recovery) = try BackupError.reading { () throws(SpoolError) in
      try Spool.open(directory: directory, hops: hops, options: options, log: log)
    }
    spool.close()
    return recovery
  }
}
