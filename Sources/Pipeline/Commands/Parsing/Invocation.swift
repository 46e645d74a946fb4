/// A command line that was understood: every value in it has been checked against its option.
package struct Invocation: Sendable {
  package var command: Command
  /// The words that led to the command: ["token", "new"].
  package var path: [String]
  package var environment: [String: String]
  private var given: [String: [String]]
  package var arguments: [String]

  package init(
    command: Command, path: [String], environment: [String: String] = [:],
    given: [String: [String]] = [:], arguments: [String] = []
  ) {
    self.command = command
    self.path = path
    self.environment = environment
    self.given = given
    self.arguments = arguments
  }

  /// Where a value came from, as `serve --help` says it.
  package enum Source: Sendable, Equatable {
    case commandLine
    case environment(String)
    case fallback
  }

  /// All values of a repeatable option, with the strongest source that has any.
  package func values(_ name: String) -> (values: [String], source: Source) {
    if let values = given[name] { return (values, .commandLine) }
    guard let option = command.options.first(where: { $0.name == name }) else {
      return ([], .fallback)
    }
    if let variable = option.environment, let text = environment[variable], !text.isEmpty {
      let parts = option.isRepeating ? text.split(separator: ",").map(String.init) : [text]
      return (parts, .environment(variable))
    }
    return (option.fallback.map { [$0] } ?? [], .fallback)
  }

  package func text(_ name: String) -> String? { values(name).values.last }

  package func flag(_ name: String) -> Bool {
    text(name).flatMap(OptionValue.flag) ?? false
  }

  package func count(_ name: String) -> Int? { text(name).flatMap { Int($0) } }
  package func size(_ name: String) -> Int? { text(name).flatMap(ByteSize.bytes) }
  package func milliseconds(_ name: String) -> Int? {
    text(name).flatMap(DurationText.milliseconds)
  }

  /// The positional argument at that place, when it was given.
  package func argument(_ index: Int) -> String? {
    index < arguments.count ? arguments[index] : nil
  }
}
