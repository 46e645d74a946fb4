import Transport

/// `version`: which release this is, and which spools it can read and writes.
enum VersionCommand {
  static let command = Command(
    "version", abstract: "Show the version and the spool formats it knows",
    options: [CommandOption("json", help: "Print it as JSON.")],
    run: { invocation in
      Terminal.write(invocation.flag("json") ? json.text + "\n" : text)
      return .success
    })

  static let text = """
    scim-hris \(Version.current)
    spool format  reads up to \(SpoolRelease.readable), makes new ones in \(SpoolRelease.written)

    """

  static let json: JSONValue = [
    "version": .init(Version.current),
    "spoolFormat": [
      "readable": .init(SpoolRelease.readable), "written": .init(SpoolRelease.written),
    ],
  ]
}
