/// One command as data: the parser, the help screens and the tests all read the same value.
package struct Command: Sendable {
  package var name: String
  /// One line, no full stop, as the list of subcommands shows it.
  package var abstract: String
  /// Paragraphs under the abstract; wrapped to the width of the screen.
  package var discussion: String
  /// Command line and what it does, shown after the discussion.
  package var examples: [Example]
  package var arguments: [CommandArgument]
  package var options: [CommandOption]
  package var subcommands: [Command]
  /// What this option's value is now and where it came from; `serve --help` shows it.
  package var inForce: (@Sendable (Invocation, CommandOption) -> String?)?
  /// Nil for a command that only groups others.
  package var run: (@Sendable (Invocation) async -> ExitCode)?

  package struct Example: Sendable, Equatable {
    package var line: String
    package var meaning: String

    package init(_ line: String, _ meaning: String) {
      self.line = line
      self.meaning = meaning
    }
  }

  package init(
    _ name: String, abstract: String, discussion: String = "", examples: [Example] = [],
    arguments: [CommandArgument] = [], options: [CommandOption] = [],
    subcommands: [Command] = [],
    inForce: (@Sendable (Invocation, CommandOption) -> String?)? = nil,
    run: (@Sendable (Invocation) async -> ExitCode)? = nil
  ) {
    self.name = name
    self.abstract = abstract
    self.discussion = discussion
    self.examples = examples
    self.arguments = arguments
    self.options = options
    self.subcommands = subcommands
    self.inForce = inForce
    self.run = run
  }

  package func subcommand(_ name: String) -> Command? {
    subcommands.first { $0.name == name }
  }
}

/// A positional argument of a command.
package struct CommandArgument: Sendable, Equatable {
  package var name: String
  package var help: String
  package var isOptional: Bool
  /// Takes every remaining word; only the last argument may.
  package var isRepeating: Bool

  package init(
    _ name: String, help: String, isOptional: Bool = false, isRepeating: Bool = false
  ) {
    self.name = name
    self.help = help
    self.isOptional = isOptional
    self.isRepeating = isRepeating
  }
}

/// A named option of a command: `--name value`, `--name=value`, or `--name` alone for a flag.
package struct CommandOption: Sendable, Equatable {
  /// Without the dashes.
  package var name: String
  /// "f" for `-f`.
  package var short: String?
  package var value: OptionValue
  package var help: String
  /// Shown in help and used when neither the command line nor the environment has a value.
  package var fallback: String?
  /// What holds when there is no value at all: "none".
  package var absence: String?
  package var isRepeating: Bool
  /// A variable that stands in when the command line has no value: "SCIM_HRIS_TOKEN".
  package var environment: String?

  package init(
    _ name: String, _ value: OptionValue = .flag, short: String? = nil, help: String,
    default fallback: String? = nil, absence: String? = nil, isRepeating: Bool = false,
    environment: String? = nil
  ) {
    self.name = name
    self.short = short
    self.value = value
    self.help = help
    self.fallback = fallback
    self.absence = absence
    self.isRepeating = isRepeating
    self.environment = environment
  }

  /// "--loops <n>", as help and messages name it.
  package var label: String {
    value.placeholder.map { "--\(name) <\($0)>" } ?? "--\(name)"
  }

  /// "-f, --follow": the label as help lists it.
  var listedLabel: String { short.map { "-\($0), \(label)" } ?? label }

  /// Whether a word of the command line names it.
  func isNamed(by word: String) -> Bool {
    word == "--\(name)" || short.map { word == "-\($0)" } == true
  }

  /// "--hop": the label without choices, for messages that list them anyway.
  var shortLabel: String {
    if case .choice = value { "--\(name)" } else { label }
  }
}
