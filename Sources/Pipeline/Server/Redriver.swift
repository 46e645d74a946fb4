import Actors
import Transport

/// Brings writes to their outcome that were accepted before a crash and never decided.
///
/// `cursors/redrive.json` says that it is at work. When a start finds the file, the last one died
/// here: then writes are driven one at a time, each named in the file first, and the one found
/// named is refused and kept as a dead letter, so that one poisonous write cannot stop every start.
struct Redriver {
  let spool: Spool
  let catalog: SCIMCatalog
  let mapping: Mapping
  let deadLetters: DeadLetters
  let log: Logger

  func run(_ undecided: [Redrive.AcceptedWriteLine], in configuration: Configuration) async throws {
    let before = try spool.cursor(Spool.redriveCursor)
    if undecided.isEmpty && before == nil { return }
    if let before {
      try await driveCarefully(undecided, configuration, suspect: before["request"]?.string)
    } else {
      spool.saveCursor(
        Spool.redriveCursor, ["writes": JSONValue(undecided.count)], synchronously: true)
      for one in undecided { await mapping.redrive(write(one, configuration)) }
    }
    let committed = spool.hop(.committed)
    await committed.durable(through: committed.lastSeq)
    spool.removeCursor(Spool.redriveCursor)
    log.info("accepted writes run again", ["writes": undecided.count])
  }

  private func driveCarefully(
    _ undecided: [Redrive.AcceptedWriteLine], _ configuration: Configuration, suspect: String?
  ) async throws {
    let committed = spool.hop(.committed)
    for one in undecided {
      let isSuspect = one.request == suspect
      spool.saveCursor(
        Spool.redriveCursor, ["request": JSONValue(one.request)], synchronously: true)
      if isSuspect { try await bury(one) }
      await mapping.redrive(write(one, configuration), refusing: isSuspect ? .crashed : nil)
      await committed.durable(through: committed.lastSeq)
    }
  }

  private func bury(_ one: Redrive.AcceptedWriteLine) async throws {
    let circumstances = DeadLetters.Circumstances(
      about: [("request", one.request)], stage: .mapping, kind: "crashed",
      reason: "the server ended while it was driven", seq: one.seq, attempts: 2,
      first: one.line.received, last: .now)
    let line = try spool.hop(.accepted).verbatim(one.seq)
    try await deadLetters.keep(circumstances.bytes(around: line), named: one.request)
  }

  /// A connection that is gone, or of whose resource type no definition was loaded, is stood in for
  /// by one that is switched off: the store refuses.
  private func write(
    _ one: Redrive.AcceptedWriteLine, _ configuration: Configuration
  ) -> AcceptedWrite {
    let gone = Connection(
      id: one.line.connection, consumerId: "", applicationId: "", serviceId: "", slug: "",
      enabled: false, createdAt: one.line.received)
    guard let type = catalog.resourceType(endpoint: "/" + one.line.endpoint) else {
      return Redrive.write(one, connection: gone, type: .user)
    }
    return Redrive.write(
      one, connection: configuration.connections[one.line.connection] ?? gone, type: type)
  }
}
