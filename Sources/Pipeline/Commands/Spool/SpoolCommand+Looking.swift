import Transport

/// What is there and what waits: `ls`, `cat`, `tail`, `shape`.
extension SpoolCommand {
  static let list = Command(
    "ls", abstract: "What is in each hop, who reads it, what waits and why it is kept",
    examples: [
      .init("scim-hris spool ls --spool /var/lib/scim-hris", "a live spool or a copy"),
      .init("scim-hris spool ls --json | jq '.waiting[]'", "webhooks that are behind"),
    ],
    options: [directory, json],
    run: { invocation in
      await run(invocation) { reader in
        let status = await status(of: reader)
        let listing = try SpoolListing(reader, status: status)
        if invocation.flag("json") { return print(listing.json) }
        return print(SpoolListScreen.text(listing, now: .now, paint: paint))
      }
    })

  /// What the server that holds the spool says of itself; nil when none does.
  static func status(of reader: SpoolReader) async -> JSONValue? {
    guard reader.holder?.isAlive == true else { return nil }
    return await SpoolKeeping.status(of: reader.directory)
  }

  private static let picking = [
    CommandOption("key", .text("key"), help: "Only this connection or resource."),
    CommandOption("type", .text("type"), help: "Only lines of this type."),
    CommandOption("raw", help: "Only the data of each line, as it is stored."),
  ]

  private static func cat(_ invocation: Invocation) -> SpoolCat {
    SpoolCat(
      key: invocation.text("key"), type: invocation.text("type"), isRaw: invocation.flag("raw"),
      isJSON: invocation.flag("json"), paint: paint)
  }

  static let cat = Command(
    "cat", abstract: "Print lines of a hop, or the newest snapshot",
    examples: [
      .init("scim-hris spool cat --type user.refused", "every write that was refused"),
      .init("scim-hris spool cat --from 41880 --to 41902", "a stretch of 3-committed"),
      .init("scim-hris spool cat --hop 4-attempts --raw | jq .status", "what receivers answered"),
    ],
    options: [
      directory,
      CommandOption(
        "hop", .choice(SpoolHops.names + [SpoolSnapshot.directory]), help: "Which hop.",
        default: SpoolHops.committed),
      CommandOption("from", .count(0...Int.max), help: "Start at this line.", default: "0"),
      CommandOption("to", .count(0...Int.max), help: "End with this line.", absence: "the last"),
    ] + picking + [json],
    run: { invocation in
      await run(invocation) { reader in
        let cat = cat(invocation)
        let hop = invocation.text("hop") ?? SpoolHops.committed
        if hop == SpoolSnapshot.directory { return try catSnapshot(reader, cat) }
        let last = invocation.count("to").map { UInt64($0) } ?? .max
        try reader.forEachLine(of: hop, from: UInt64(invocation.count("from") ?? 0)) { line in
          if line.seq > last { return false }
          if cat.wants(line) { print(cat.text(line, hop: hop)) }
          return true
        }
        return .success
      }
    })

  private static func catSnapshot(_ reader: SpoolReader, _ cat: SpoolCat) throws -> ExitCode {
    guard let newest = try SpoolSnapshot.all(in: reader.directory).last else {
      complain("there is no snapshot in \(reader.directory)")
      return .failure
    }
    do {
      _ = try newest.read { entry in
        if cat.wants(entry) { print(cat.text(entry)) }
      }
      return .success
    } catch let fault as SpoolSnapshot.Fault {
      complain("\(newest.name), offset \(fault.offset): \(fault.reason)")
      return .damaged
    }
  }

  static let tail = Command(
    "tail", abstract: "Print the last lines of a hop, and with -f each new one",
    examples: [
      .init("scim-hris spool tail -f", "what is committed, as it happens; Ctrl-C ends it"),
      .init("scim-hris spool tail -f --hop 4-attempts --type attempt.retry", "what fails now"),
    ],
    options: [
      directory,
      CommandOption("follow", short: "f", help: "Go on with each new line until Ctrl-C."),
      CommandOption(
        "lines", .count(0...1_000_000), short: "n", help: "How many to begin with.",
        default: "10"),
      CommandOption(
        "hop", .choice(SpoolHops.names), help: "Which hop.", default: SpoolHops.committed),
    ] + picking + [json],
    run: { invocation in
      await run(invocation) { reader in
        var tail = try SpoolTail(
          reader, hop: invocation.text("hop") ?? SpoolHops.committed,
          last: invocation.count("lines") ?? 10, cat: cat(invocation))
        try await tail.run(follows: invocation.flag("follow"))
        return .success
      }
    })

  static let shape = Command(
    "shape", abstract: "How old the events are that wait, by webhook",
    examples: [.init("scim-hris spool shape", "one row per webhook that is behind")],
    options: [directory, json],
    run: { invocation in
      await run(invocation) { reader in
        let shape = try SpoolShape(reader, now: .now)
        if invocation.flag("json") { return print(shape.json) }
        return print(shape.text(now: .now, paint: paint))
      }
    })
}
