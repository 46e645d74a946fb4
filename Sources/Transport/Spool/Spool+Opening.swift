extension Spool {
  /// Takes the directory, recovers every hop and starts the threads. Blocks.
  ///
  /// When this throws, no line that was on disk has been touched.
  /// - Parameter hops: in the order in which one round writes them.
  package static func open(
    directory: String, hops: [HopDescription], options: SpoolOptions = SpoolOptions(), log: Logger
  ) throws(SpoolError) -> (spool: Spool, recovery: SpoolRecovery) {
    let wasTightened = try prepare(directory, options)
    let lock = try SpoolLock.take(in: directory)
    let opening = SpoolOpening(directory: directory, hops: hops, options: options)
    var (engine, writers, recovery) = try opening.run()
    recovery.wasTightened = wasTightened
    let (instance, epoch, format) = (recovery.instance, recovery.epoch, recovery.format)
    try SpoolError.files { () throws(FileError) in
      try lock.describe(instance: instance, epoch: epoch, format: format)
    }
    report(recovery, to: log)
    return (Spool(engine, writers: writers, lock: lock.file, format: format), recovery)
  }

  /// Makes the directory, or checks that it is ours and closes it to others.
  /// - Returns: whether it was open to others.
  private static func prepare(
    _ directory: String, _ options: SpoolOptions
  ) throws(SpoolError) -> Bool {
    let status = try SpoolError.files { () throws(FileError) in
      try FileSystem.status(directory)
    }
    guard let status else {
      guard options.mayCreate else { throw .notFound(directory: directory) }
      try SpoolError.files { () throws(FileError) in
        try FileSystem.makeDirectory(directory)
        try FileSystem.syncDirectory(FileSystem.parent(of: directory))
      }
      return false
    }
    guard status.isDirectory else { throw .notADirectory(directory) }
    guard status.owner == FileSystem.user else {
      throw .foreignOwner(directory: directory, owner: status.owner)
    }
    guard options.mayCreate || isSpool(directory) else { throw .notFound(directory: directory) }
    guard status.mode & 0o077 != 0 else { return false }
    try SpoolError.files { () throws(FileError) in
      try FileSystem.setMode(0o700, of: directory)
    }
    return true
  }

  /// Whether somebody has kept a spool here before.
  private static func isSpool(_ directory: String) -> Bool {
    (try? FileSystem.status(directory + "/" + SpoolLock.name)) != nil
  }

  private static func report(_ recovery: SpoolRecovery, to log: Logger) {
    if let before = recovery.formatBefore {
      log.info("format upgraded", ["from": before, "to": recovery.format])
    }
    for hop in recovery.hops where hop.tornLines + hop.damagedLines > 0 {
      log.warning(
        "lines cut",
        [
          "hop": hop.name, "torn": hop.tornLines, "damaged": hop.damagedLines,
          "kept": hop.keptIn ?? "",
        ])
    }
    for hop in recovery.hops {
      guard let gap = hop.gap else { continue }
      log.warning(
        "numbers skipped", ["hop": hop.name, "from": gap.lowerBound, "to": gap.upperBound])
    }
  }
}

extension SpoolEngine {
  /// From here on a stop that is not noted as clean was a crash.
  func witnessAtStart() throws(FileError) {
    try cursors.save(
      CursorFiles.durable, witnessValue(acknowledgedSeq, isClean: false), syncsName: true)
  }
}
