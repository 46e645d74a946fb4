package import Transport

/// What `spool ls` shows, gathered without a lock.
package struct SpoolListing: Sendable {
  package struct Hop: Sendable {
    package var hop: SpoolReader.Hop
    /// Who reads it, and how many lines or events that reader has not done; nil where unknown.
    package var reader: String?
    package var behind: UInt64?
    /// "72 h", "30 d; 1 webhook waits".
    package var why = ""

    package init(
      hop: SpoolReader.Hop, reader: String? = nil, behind: UInt64? = nil, why: String = ""
    ) {
      (self.hop, self.reader, self.behind, self.why) = (hop, reader, behind, why)
    }
  }

  /// A directory that is no hop.
  package struct Place: Sendable {
    package var name: String
    package var files = 0
    package var seq: String?
    package var bytes: UInt64 = 0
    package var oldest: Timestamp?
    package var why: String

    package init(
      name: String, files: Int, seq: String? = nil, bytes: UInt64, oldest: Timestamp?, why: String
    ) {
      (self.name, self.files, self.seq, self.bytes) = (name, files, seq, bytes)
      (self.oldest, self.why) = (oldest, why)
    }
  }

  /// A webhook that has not been given everything yet.
  package struct Waiting: Sendable, Equatable {
    package var webhook: String
    package var receiver: String
    package var events: Int
    package var oldest: Timestamp?
    /// "connection refused", "paused"; nil when nothing went wrong.
    package var why: String?

    package init(
      webhook: String, receiver: String, events: Int, oldest: Timestamp?, why: String? = nil
    ) {
      (self.webhook, self.receiver, self.events) = (webhook, receiver, events)
      (self.oldest, self.why) = (oldest, why)
    }
  }

  package var directory: String
  package var format = 1
  package var holder: SpoolReader.Holder?
  package var instance: String?
  package var epoch: Int?
  package var hops: [Hop] = []
  package var places: [Place] = []
  package var waiting: [Waiting] = []
  package var space: FileSystem.Space
  package var keeping: SpoolKeeping
  /// What webhooks are being sent besides what is new.
  package var runs: [String] = []

  package init(directory: String, space: FileSystem.Space, keeping: SpoolKeeping) {
    (self.directory, self.space, self.keeping) = (directory, space, keeping)
  }

  package var bytes: UInt64 {
    hops.reduce(0) { $0 + $1.hop.bytes } + places.reduce(0) { $0 + $1.bytes }
  }
}

// MARK: Gathering

extension SpoolListing {
  /// Blocks; reads the last segment of every hop, and what webhooks have not been given yet.
  /// - Parameter status: what the server says that holds it, if one does.
  package init(_ reader: SpoolReader, status: JSONValue? = nil) throws {
    let space = try FileSystem.space(at: reader.directory)
    self.init(
      directory: reader.directory, space: space,
      keeping: SpoolKeeping(disk: space, status: status))
    holder = reader.holder
    instance = reader.identity?.instance
    epoch = reader.identity?.epoch
    format = reader.format ?? 1
    let deliveries = try SpoolDeliveries(reader)
    waiting = deliveries.waiting.map { Waiting($0, in: deliveries) }
    runs = deliveries.runs
    if status == nil { keeping.held = deliveries.held }
    let snapshots = try SpoolSnapshot.all(in: reader.directory)
    let summaries = try reader.hops.map { try reader.summary(of: $0) }
    let undecided = try Self.undecided(
      reader, summaries, decided: deliveries.configuration.acceptedThrough)
    hops = summaries.map { row($0, undecided: undecided, snapshots: snapshots.count) }
    places = try Self.places(reader.directory, snapshots, spoolKeep: keeping.spoolKeep)
  }

  private func row(
    _ hop: SpoolReader.Hop, undecided: UInt64?, snapshots: Int
  ) -> Hop {
    let most = UInt64(waiting.map(\.events).max() ?? 0)
    let why = why(hop.name, snapshots: snapshots)
    return switch hop.name {
    case SpoolHops.accepted: Hop(hop: hop, reader: "mapping", behind: undecided, why: why)
    case SpoolHops.mapped:
      Hop(hop: hop, reader: "state store", behind: undecided == 0 ? 0 : nil, why: why)
    case SpoolHops.committed: Hop(hop: hop, reader: "delivery", behind: most, why: why)
    default: Hop(hop: hop, why: why)
    }
  }

  private func why(_ hop: String, snapshots: Int) -> String {
    if format < 2 { return "format 1 deletes nothing" }
    let isEarly = [SpoolHops.accepted, SpoolHops.mapped].contains(hop)
    var why = SpoolText.keep(milliseconds: isEarly ? keeping.spoolKeep : keeping.eventsKeep)
    if hop == SpoolHops.committed && !waiting.isEmpty {
      why += waiting.count == 1 ? "; 1 webhook waits" : "; \(waiting.count) webhooks wait"
    } else if hop != SpoolHops.attempts && snapshots < 2 {
      why += "; two snapshots first"
    }
    return why
  }

  /// Accepted lines above every one that an outcome names or a snapshot calls decided.
  private static func undecided(
    _ reader: SpoolReader, _ summaries: [SpoolReader.Hop], decided: UInt64
  ) throws -> UInt64? {
    guard let accepted = summaries.first(where: { $0.name == SpoolHops.accepted }),
      let last = accepted.lines?.upperBound
    else { return nil }
    let named = max(decided, try reader.highestNamed(of: SpoolHops.accepted))
    return last > named ? last - named : 0
  }

  private static func places(
    _ spool: String, _ snapshots: [SpoolSnapshot], spoolKeep: Int
  ) throws(FileError) -> [Place] {
    var places: [Place] = []
    if let newest = snapshots.last {
      let oldest = try FileSystem.status(snapshots[0].path)?.modified
      places.append(
        Place(
          name: SpoolSnapshot.directory, files: snapshots.count,
          seq: "at " + SpoolText.grouped(newest.seq),
          bytes: try bytes(ofSnapshotsIn: spool), oldest: oldest, why: "newest two"))
    }
    if var requests = try place(RequestLogFiles.name, in: spool) {
      requests.why = SpoolText.keep(milliseconds: spoolKeep)
      places.append(requests)
    }
    if var dead = try place("dead", in: spool) {
      dead.why = SpoolText.count(dead.files, "letter") + ": spool dead ls"
      places.append(dead)
    }
    if var torn = try place("torn", in: spool) {
      torn.why = "cut; yours to delete"
      places.append(torn)
    }
    return places
  }

  /// With what stands beside them, but for the secrets.
  private static func bytes(ofSnapshotsIn spool: String) throws(FileError) -> UInt64 {
    let directory = "\(spool)/\(SpoolSnapshot.directory)"
    var bytes: UInt64 = 0
    for name in try FileSystem.list(directory) where name.first?.isNumber == true {
      bytes += try FileSystem.status("\(directory)/\(name)")?.size ?? 0
    }
    return bytes
  }

  /// nil where there is no such directory, or nothing in it.
  private static func place(_ name: String, in spool: String) throws(FileError) -> Place? {
    let path = "\(spool)/\(name)"
    guard try FileSystem.status(path) != nil else { return nil }
    var place = Place(name: name, files: 0, bytes: 0, oldest: nil, why: "")
    for file in try FileSystem.list(path) where !file.hasSuffix(".tmp") {
      guard let status = try FileSystem.status("\(path)/\(file)") else { continue }
      place.files += 1
      place.bytes += status.size
      place.oldest = min(place.oldest ?? status.modified, status.modified)
    }
    return place.files > 0 ? place : nil
  }
}
