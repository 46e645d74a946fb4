package import Transport

/// The screen of `spool ls`.
package enum SpoolListScreen {
  package static func text(_ listing: SpoolListing, now: Timestamp, paint: SpoolPaint) -> String {
    var table = TextTable([
      .init("hop", width: 11), .init("files", .right), .init("seq", width: 13),
      .init("bytes", .right, width: 9), .init("oldest", .right), .init("read by", width: 11),
      .init("behind", .right), .init("why it is kept"),
    ])
    for hop in listing.hops { table.rows.append(row(hop, now)) }
    for place in listing.places { table.rows.append(row(place, now)) }
    let lines = table.lines.map { SpoolText.clipped($0, to: SpoolText.width) }
    let below = [total(listing)] + notes(listing, paint)
    return ([head(listing)] + lines + below + warnings(listing.waiting, now, paint))
      .map { $0 + "\n" }.joined()
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
      hop.behind.map(SpoolText.grouped) ?? "-", hop.why,
    ]
  }

  private static func row(_ place: SpoolListing.Place, _ now: Timestamp) -> [String] {
    [
      place.name, "\(place.files)", place.seq ?? "",
      ByteSize.rounded(Int(clamping: place.bytes)),
      place.oldest.map { SpoolText.age($0, at: now) } ?? "-", "-", "-", place.why,
    ]
  }

  /// "total 154 MiB of 2.4 GiB (6 %)   disk 6.1 of 9.8 GiB free, reserve 502 MiB   refusing …".
  private static func total(_ listing: SpoolListing) -> String {
    let keeping = listing.keeping
    let used = ByteSize.rounded(Int(clamping: listing.bytes))
    let limit = ByteSize.rounded(Int(clamping: keeping.limit))
    let share = keeping.limit == 0 ? 0 : listing.bytes * 100 / keeping.limit
    let free = ByteSize.rounded(Int(clamping: listing.space.free))
    let all = ByteSize.rounded(Int(clamping: listing.space.total))
    let isSameUnit = free.split(separator: " ").last == all.split(separator: " ").last
    let room = isSameUnit ? free.split(separator: " ").first.map(String.init) ?? free : free
    let reserve = ByteSize.rounded(Int(clamping: keeping.reserve))
    let parts = [
      listing.format < 2 ? "total \(used)" : "total \(used) of \(limit) (\(share) %)",
      "disk \(room) of \(all) free, reserve \(reserve)",
      keeping.refusing.map { "refusing writes: \($0)" } ?? "no server runs",
    ]
    return SpoolText.clipped(parts.joined(separator: "   "), to: SpoolText.width)
  }

  private static func notes(_ listing: SpoolListing, _ paint: SpoolPaint) -> [String] {
    let held = listing.keeping.held.map { "! \($0) is held: spool release \($0)" }
    return (held + listing.runs.map { "! " + $0 }).map {
      paint.warning(SpoolText.clipped($0, to: SpoolText.width))
    }
  }

  /// "! wh_b41 https://hooks.example.org/okta: 612 events wait, oldest 4 h 12 min, …".
  static func warnings(
    _ waiting: [SpoolListing.Waiting], _ now: Timestamp, _ paint: SpoolPaint
  ) -> [String] {
    waiting.flatMap { waiting in
      var parts = [
        "\(SpoolText.count(waiting.events, "event")) \(waiting.events == 1 ? "waits" : "wait")"
      ]
      if let oldest = waiting.oldest { parts.append("oldest " + SpoolText.span(oldest, at: now)) }
      if let why = waiting.why { parts.append(why) }
      let facts = parts.joined(separator: ", ")
      let line = "! \(waiting.webhook) \(waiting.receiver): \(facts)"
      let lines =
        line.count <= SpoolText.width
        ? [line] : ["! \(waiting.webhook) \(waiting.receiver)", "  \(facts)"]
      return lines.map { paint.warning(SpoolText.clipped($0, to: SpoolText.width)) }
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
    json["places"] = .array(places.map(Self.json))
    json["waiting"] = .array(waiting.map(Self.json))
    json["bytes"] = JSONValue(Int(clamping: bytes))
    json["limit"] = JSONValue(Int(clamping: keeping.limit))
    json["diskFree"] = JSONValue(Int(clamping: space.free))
    json["diskTotal"] = JSONValue(Int(clamping: space.total))
    json["reserve"] = JSONValue(Int(clamping: keeping.reserve))
    if let refusing = keeping.refusing { json["refusingWrites"] = JSONValue(refusing) }
    json["runs"] = .array(runs.map { JSONValue($0) })
    json["held"] = .array(keeping.held.map { JSONValue($0) })
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
    json["why"] = JSONValue(hop.why)
    return .object(json)
  }

  private static func json(_ place: Place) -> JSONValue {
    [
      "directory": JSONValue(place.name), "files": JSONValue(place.files),
      "bytes": JSONValue(Int(clamping: place.bytes)), "oldest": .time(place.oldest),
      "why": JSONValue(place.why),
    ]
  }

  private static func json(_ waiting: Waiting) -> JSONValue {
    .object(SpoolListScreen.json(waiting))
  }
}

extension SpoolListScreen {
  static func json(_ waiting: SpoolListing.Waiting) -> JSONObject {
    let json: JSONValue = [
      "webhook": JSONValue(waiting.webhook), "receiver": JSONValue(waiting.receiver),
      "events": JSONValue(waiting.events), "oldest": .time(waiting.oldest),
      "why": .text(waiting.why),
    ]
    return json.object ?? JSONObject()
  }
}
