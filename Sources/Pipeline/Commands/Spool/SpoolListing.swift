package import Transport

/// What `spool ls` shows, gathered without a lock.
package struct SpoolListing: Sendable {
  package struct Hop: Sendable {
    package var hop: SpoolReader.Hop
    /// Who reads it, and how many lines that reader has not done; nil where that is unknown.
    package var reader: String?
    package var behind: UInt64?
  }

  /// A webhook that has not been given everything yet.
  package struct Waiting: Sendable, Equatable {
    package var webhook: String
    package var outcomes: UInt64
    package var oldest: Timestamp?
  }

  package var directory: String
  package var holder: SpoolReader.Holder?
  package var instance: String?
  package var epoch: Int?
  package var format = SpoolRelease.written
  package var hops: [Hop]
  package var waiting: [Waiting]
  package var space: FileSystem.Space

  package init(
    directory: String, holder: SpoolReader.Holder?, instance: String?, epoch: Int?, hops: [Hop],
    waiting: [Waiting], space: FileSystem.Space
  ) {
    self.directory = directory
    self.holder = holder
    self.instance = instance
    self.epoch = epoch
    self.hops = hops
    self.waiting = waiting
    self.space = space
  }

  /// Blocks; reads the last segment of every hop.
  package init(_ reader: SpoolReader) throws {
    directory = reader.directory
    holder = reader.holder
    instance = reader.identity?.instance
    epoch = reader.identity?.epoch
    format = reader.identity?.format ?? SpoolRelease.written
    space = try FileSystem.space(at: reader.directory)
    let cursors = try reader.cursors()
    let summaries = try reader.hops.map { try reader.summary(of: $0) }
    let committed = summaries.first { $0.name == SpoolHops.committed }?.lines?.upperBound ?? 0
    waiting = try Self.waiting(cursors, committed: committed, reader)
    let most = cursors.isEmpty ? nil : waiting.map(\.outcomes).max() ?? 0
    let undecided = try Self.undecided(reader, summaries)
    hops = summaries.map { summary in
      switch summary.name {
      case SpoolHops.accepted: Hop(hop: summary, reader: "mapping", behind: undecided)
      case SpoolHops.mapped: Hop(hop: summary, reader: "state store", behind: nil)
      case SpoolHops.committed: Hop(hop: summary, reader: "delivery", behind: most)
      default: Hop(hop: summary, reader: nil, behind: nil)
      }
    }
  }

  private static func waiting(
    _ cursors: [(name: String, value: JSONValue)], committed: UInt64, _ reader: SpoolReader
  ) throws -> [Waiting] {
    var waiting: [Waiting] = []
    for (name, cursor) in cursors where name.hasPrefix("wh_") {
      guard let high = cursor["high"]?.int.map({ UInt64($0) }), high < committed else { continue }
      var oldest: Timestamp?
      try reader.forEachLine(of: SpoolHops.committed, from: high + 1) { line in
        oldest = line.timestamp
        return false
      }
      waiting.append(Waiting(webhook: name, outcomes: committed - high, oldest: oldest))
    }
    return waiting
  }

  /// Accepted lines above every one that an outcome names.
  private static func undecided(
    _ reader: SpoolReader, _ summaries: [SpoolReader.Hop]
  ) throws -> UInt64? {
    guard let accepted = summaries.first(where: { $0.name == SpoolHops.accepted }),
      let last = accepted.lines?.upperBound
    else { return nil }
    let named = try reader.highestNamed(of: SpoolHops.accepted)
    return last > named ? last - named : 0
  }
}

/// The screen of `spool ls`.
package enum SpoolListScreen {
  package static func text(_ listing: SpoolListing, now: Timestamp, paint: SpoolPaint) -> String {
    var table = TextTable([
      .init("hop", width: 11), .init("files", .right), .init("seq", .right, width: 13),
      .init("bytes", .right, width: 9), .init("oldest", .right), .init("read by"),
      .init("behind", .right),
    ])
    for hop in listing.hops { table.rows.append(row(hop, now)) }
    let lines = [head(listing)] + table.lines + [total(listing)]
    return (lines + warnings(listing, now, paint)).map { $0 + "\n" }.joined()
  }

  private static func head(_ listing: SpoolListing) -> String {
    var parts = [listing.directory, "format \(listing.format)"]
    switch listing.holder {
    case .some(let holder) where holder.isAlive:
      let since = holder.since.map { " since " + SpoolText.minute($0) } ?? ""
      parts.append("held by pid \(holder.pid)\(since)")
    default: parts.append("not in use")
    }
    if let instance = listing.instance {
      parts.append("instance \(instance.prefix(4)), epoch \(listing.epoch ?? 1)")
    }
    return parts.joined(separator: "   ")
  }

  private static func row(_ hop: SpoolListing.Hop, _ now: Timestamp) -> [String] {
    let lines = hop.hop.lines.map {
      "\(SpoolText.grouped($0.lowerBound))–\(SpoolText.grouped($0.upperBound))"
    }
    return [
      hop.hop.name, "\(hop.hop.segments)", lines ?? "-",
      ByteSize.rounded(Int(clamping: hop.hop.bytes)),
      hop.hop.oldest.map { SpoolText.age($0, at: now) } ?? "-", hop.reader ?? "-",
      hop.behind.map(SpoolText.grouped) ?? "-",
    ]
  }

  private static func total(_ listing: SpoolListing) -> String {
    let bytes = listing.hops.reduce(0) { $0 + $1.hop.bytes }
    let free = ByteSize.rounded(Int(clamping: listing.space.free))
    let all = ByteSize.rounded(Int(clamping: listing.space.total))
    return "total \(ByteSize.rounded(Int(clamping: bytes)))   disk \(free) of \(all) free"
  }

  private static func warnings(
    _ listing: SpoolListing, _ now: Timestamp, _ paint: SpoolPaint
  ) -> [String] {
    listing.waiting.map { waiting in
      let oldest = waiting.oldest.map { ", oldest " + SpoolText.age($0, at: now) } ?? ""
      let count = SpoolText.count(Int(clamping: waiting.outcomes), "outcome")
      let verb = waiting.outcomes == 1 ? "waits" : "wait"
      return paint.warning("! \(waiting.webhook): \(count) \(verb)\(oldest)")
    }
  }
}

extension SpoolListing {
  /// `--json`.
  package var json: JSONValue {
    var json = JSONObject()
    json["directory"] = JSONValue(directory)
    json["format"] = JSONValue(format)
    if let instance { json["instance"] = JSONValue(instance) }
    if let epoch { json["epoch"] = JSONValue(epoch) }
    if let holder, holder.isAlive {
      json["pid"] = JSONValue(holder.pid)
      if let since = holder.since { json["since"] = JSONValue(since.description) }
    }
    json["hops"] = .array(hops.map(Self.json))
    json["waiting"] = .array(
      waiting.map {
        ["webhook": JSONValue($0.webhook), "outcomes": JSONValue(Int(clamping: $0.outcomes))]
      })
    json["diskFree"] = JSONValue(Int(clamping: space.free))
    json["diskTotal"] = JSONValue(Int(clamping: space.total))
    return .object(json)
  }

  private static func json(_ hop: Hop) -> JSONValue {
    var json = JSONObject()
    json["hop"] = JSONValue(hop.hop.name)
    json["files"] = JSONValue(hop.hop.segments)
    json["bytes"] = JSONValue(Int(clamping: hop.hop.bytes))
    if let lines = hop.hop.lines {
      json["first"] = JSONValue(Int(clamping: lines.lowerBound))
      json["last"] = JSONValue(Int(clamping: lines.upperBound))
    }
    if let oldest = hop.hop.oldest { json["oldest"] = JSONValue(oldest.description) }
    if let reader = hop.reader { json["readBy"] = JSONValue(reader) }
    if let behind = hop.behind { json["behind"] = JSONValue(Int(clamping: behind)) }
    return .object(json)
  }
}
