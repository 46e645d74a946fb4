import Pipeline
import Testing

@Suite struct CommandParserTests {
  private static let root = Command(
    "scim-hris", abstract: "Receives people, sends events",
    subcommands: [
      Command(
        "serve", abstract: "Run the server",
        options: [
          CommandOption("loops", .count(1...64), help: "Threads.", default: "1"),
          CommandOption("spool", .text("directory"), help: "Where everything is kept."),
          CommandOption(
            "allow-webhook-net", .network, help: "A network.", absence: "none",
            isRepeating: true, environment: "SCIM_HRIS_ALLOW_WEBHOOK_NET"),
          CommandOption("no-create", help: "Refuse.", environment: "SCIM_HRIS_NO_CREATE"),
          CommandOption("drain", .duration(0...600_000), help: "Wait.", default: "10s"),
        ],
        run: { _ in .success }),
      Command(
        "tail", abstract: "The last lines",
        options: [
          CommandOption("follow", short: "f", help: "Go on."),
          CommandOption("lines", .count(0...100), short: "n", help: "How many."),
        ], run: { _ in .success }),
      Command(
        "token", abstract: "API tokens of a connection",
        subcommands: [
          Command(
            "revoke", abstract: "Take a token back",
            arguments: [
              CommandArgument("id", help: "Its id."),
              CommandArgument("reason", help: "Why.", isOptional: true),
            ], run: { _ in .success })
        ]),
    ])

  private func parse(_ words: String..., environment: [String: String] = [:])
    -> CommandParser.Outcome
  {
    CommandParser(root: Self.root, standard: "serve", version: "0.1.0", environment: environment)
      .parse(words)
  }

  private func invocation(_ outcome: CommandParser.Outcome) throws -> Invocation {
    guard case .run(let invocation) = outcome else {
      Issue.record("not understood: \(outcome)")
      throw ExitCode.usage
    }
    return invocation
  }

  @Test func `no word at all runs the standard command`() throws {
    #expect(try invocation(parse()).path == ["serve"])
    #expect(try invocation(parse("--loops", "2")).path == ["serve"])
  }

  @Test(arguments: [["--loops", "4"], ["--loops=4"], ["serve", "--loops", "4"]])
  func `a value follows its option or an equals sign`(_ words: [String]) throws {
    let parser = CommandParser(
      root: Self.root, standard: "serve", version: "", environment: [:])
    #expect(try invocation(parser.parse(words)).count("loops") == 4)
  }

  @Test func `a command that has commands below it still runs by itself`() throws {
    let parser = CommandParser(
      root: CommandTree.root, standard: "serve", version: "", environment: [:])
    #expect(try invocation(parser.parse(["bench", "--seconds", "1"])).path == ["bench"])
    #expect(try invocation(parser.parse(["bench", "spool", "--pairs", "1"])).count("pairs") == 1)
    guard case .refuse(let line) = parser.parse(["bench", "spol"]) else {
      Issue.record("accepted")
      return
    }
    #expect(line.contains("spol"))
  }

  @Test func `an option may have a letter, which help shows before its name`() throws {
    let typed = try invocation(parse("tail", "-f", "-n", "7"))
    #expect(typed.flag("follow") && typed.count("lines") == 7)
    #expect(try invocation(parse("tail", "--follow")).flag("follow"))
    guard case .refuse(let line) = parse("tail", "-x") else {
      return #expect(Bool(false), "understood")
    }
    #expect(line.hasPrefix("Error: Unknown option '-x'."))
    guard case .show(let help) = parse("tail", "--help") else {
      return #expect(Bool(false), "no help")
    }
    #expect(help.contains("  -f, --follow              Go on.\n"))
    #expect(help.contains("  -n, --lines <n>           How many.\n"))
  }

  @Test func `a repeatable option collects, and the environment gives a list`() throws {
    let typed = try invocation(
      parse("--allow-webhook-net", "10.0.0.0/8", "--allow-webhook-net=::1/128"))
    #expect(typed.values("allow-webhook-net").values == ["10.0.0.0/8", "::1/128"])
    let variables = ["SCIM_HRIS_ALLOW_WEBHOOK_NET": "10.0.0.0/8,192.168.0.1"]
    let inherited = try invocation(parse(environment: variables))
    #expect(inherited.values("allow-webhook-net").values == ["10.0.0.0/8", "192.168.0.1"])
  }

  @Test func `the command line wins over the environment, which wins over the default`() throws {
    let variables = ["SCIM_HRIS_NO_CREATE": "1"]
    #expect(try invocation(parse(environment: variables)).flag("no-create"))
    #expect(try invocation(parse("--no-create")).values("no-create").source == .commandLine)
    #expect(
      try invocation(parse(environment: variables)).values("no-create").source
        == .environment("SCIM_HRIS_NO_CREATE"))
    #expect(try invocation(parse()).values("drain").source == .fallback)
    #expect(try invocation(parse()).milliseconds("drain") == 10_000)
  }

  @Test func `two dashes end the options`() throws {
    let run = try invocation(parse("token", "revoke", "--", "--odd"))
    #expect(run.arguments == ["--odd"])
    #expect(run.argument(1) == nil)
  }

  @Test(arguments: [
    (["srve"], "Unknown command 'srve'. Did you mean 'serve'?  See 'scim-hris --help'."),
    (["frobnicate"], "Unknown command 'frobnicate'.  See 'scim-hris --help'."),
    (
      ["serve", "--lops", "1"],
      "Unknown option '--lops'. Did you mean '--loops'?  See 'scim-hris serve --help'."
    ),
    (["serve", "--zzz"], "Unknown option '--zzz'.  See 'scim-hris serve --help'."),
    (["serve", "-x"], "Unknown option '-x'.  See 'scim-hris serve --help'."),
    (
      ["--loops", "many"],
      "The value 'many' is invalid for '--loops <n>': expected a whole number from 1 to 64."
        + "  See 'scim-hris serve --help'."
    ),
    (
      ["--drain=1y"],
      "The value '1y' is invalid for '--drain <time>': expected a time from 0s to 10m, such as"
        + " 10s.  See 'scim-hris serve --help'."
    ),
    (
      ["--allow-webhook-net", "10.0.0.0/33"],
      "The value '10.0.0.0/33' is invalid for '--allow-webhook-net <cidr>': expected a network,"
        + " such as 10.0.0.0/8 or fd00::/8.  See 'scim-hris serve --help'."
    ),
    (["--loops"], "Missing value for '--loops <n>'.  See 'scim-hris serve --help'."),
    (["--loops", "--spool"], "Missing value for '--loops <n>'.  See 'scim-hris serve --help'."),
    (
      ["--no-create=yes"],
      "The option '--no-create' takes no value, but 'yes' was given."
        + "  See 'scim-hris serve --help'."
    ),
    (
      ["--loops", "1", "--loops", "2"],
      "The option '--loops' was given more than once.  See 'scim-hris serve --help'."
    ),
    (["serve", "now"], "Unexpected argument 'now'.  See 'scim-hris serve --help'."),
    (["token"], "Missing command: one of revoke.  See 'scim-hris token --help'."),
    (
      ["token", "revoke"],
      "Missing expected argument '<id>'.  See 'scim-hris token revoke --help'."
    ),
  ])
  func `a wrong word gets one clear line`(_ words: [String], _ line: String) {
    let parser = CommandParser(
      root: Self.root, standard: "serve", version: "", environment: [:])
    guard case .refuse(let message) = parser.parse(words) else {
      Issue.record("\(words) was accepted")
      return
    }
    #expect(message == "Error: " + line)
  }

  @Test func `a wrong choice lists the choices once`() {
    let cat = Command(
      "cat", abstract: "Print",
      options: [CommandOption("hop", .choice(["first", "last"]), help: "Which.")],
      run: { _ in .success })
    let root = Command("scim-hris", abstract: "", subcommands: [cat])
    let parser = CommandParser(root: root, standard: "cat", version: "", environment: [:])
    guard case .refuse(let message) = parser.parse(["cat", "--hop", "9"]) else {
      Issue.record("accepted")
      return
    }
    #expect(
      message == "Error: The value '9' is invalid for '--hop': expected first or last."
        + "  See 'scim-hris cat --help'.")
  }

  @Test func `a wrong variable is named, not an option nobody typed`() {
    let outcome = parse(environment: ["SCIM_HRIS_NO_CREATE": "perhaps"])
    guard case .refuse(let message) = outcome else {
      Issue.record("accepted")
      return
    }
    #expect(
      message == "Error: The value 'perhaps' is invalid for 'SCIM_HRIS_NO_CREATE': expected true"
        + " or false.  See 'scim-hris serve --help'.")
  }

  @Test func `the version is one line`() {
    guard case .show(let text) = parse("--version") else {
      Issue.record("not shown")
      return
    }
    #expect(text == "scim-hris 0.1.0\n")
  }

  @Test func `help of a group lists its commands`() {
    guard case .show(let text) = parse("token", "--help") else {
      Issue.record("not shown")
      return
    }
    #expect(
      text == """
        OVERVIEW: API tokens of a connection

        USAGE: scim-hris token <subcommand>

        OPTIONS:
          -h, --help                Show help information.

        SUBCOMMANDS:
          revoke                    Take a token back

          See 'scim-hris help token <subcommand>' for detailed help.

        """)
  }

  @Test func `help of a command lists arguments and options, even when the rest is wrong`() {
    guard case .show(let text) = parse("serve", "--loops", "nine", "--help") else {
      Issue.record("not shown")
      return
    }
    #expect(
      text == """
        OVERVIEW: Run the server

        USAGE: scim-hris serve [<options>]

        OPTIONS:
          --loops <n>               Threads. (default: 1)
          --spool <directory>       Where everything is kept.
          --allow-webhook-net <cidr>
                                    A network. (repeatable; or SCIM_HRIS_ALLOW_WEBHOOK_NET)
          --no-create               Refuse. (or SCIM_HRIS_NO_CREATE)
          --drain <time>            Wait. (default: 10s)
          -h, --help                Show help information.

        """)
    guard case .show(let same) = parse("token", "revoke", "--help") else {
      Issue.record("not shown")
      return
    }
    #expect(same.contains("USAGE: scim-hris token revoke <id> [<reason>]\n"))
  }
}
