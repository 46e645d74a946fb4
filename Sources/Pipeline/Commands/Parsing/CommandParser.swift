/// Turns words into an invocation, in the manner of swift-argument-parser, from commands as data.
package struct CommandParser: Sendable {
  package let root: Command
  /// The command that runs when the first word is an option or there is none.
  package let standard: String
  package let version: String
  package let environment: [String: String]

  package init(root: Command, standard: String, version: String, environment: [String: String]) {
    self.root = root
    self.standard = standard
    self.version = version
    self.environment = environment
  }

  /// What to do about a command line.
  package enum Outcome: Sendable {
    case run(Invocation)
    /// Help or version: standard output, exit 0.
    case show(String)
    /// One line for standard error, exit 64.
    case refuse(String)
  }

  /// - Parameter words: without the name of the program.
  package func parse(_ words: [String]) -> Outcome {
    var scan = Scan(words: words)
    switch words.first {
    case "--version": return .show("scim-hris \(version)\n")
    case "--help", "-h": return .show(CommandHelp.screen(root, path: [], invocation: nil))
    case "help": return help(for: Array(words.dropFirst()))
    case nil: return run(&scan, root.subcommand(standard) ?? root, path: [standard])
    case let word? where word.hasPrefix("-"):
      return run(&scan, root.subcommand(standard) ?? root, path: [standard])
    default: return descend(&scan, root, path: [])
    }
  }

  private func help(for path: [String]) -> Outcome {
    var command = root
    for word in path {
      guard let next = command.subcommand(word) else {
        let names = command.subcommands.map(\.name)
        return .refuse(UsageError.unknownCommand(word, among: names).message(path: []))
      }
      command = next
    }
    return .show(CommandHelp.screen(command, path: path, invocation: nil))
  }

  /// Follows command words down to the one that runs.
  private func descend(_ scan: inout Scan, _ command: Command, path: [String]) -> Outcome {
    if command.subcommands.isEmpty { return run(&scan, command, path: path) }
    let names = command.subcommands.map(\.name)
    if command.run != nil, scan.rest.first.flatMap({ command.subcommand($0) }) == nil {
      return run(&scan, command, path: path)
    }
    guard let word = scan.next() else {
      return .refuse(UsageError.missingCommand(among: names).message(path: path))
    }
    if word == "--help" || word == "-h" {
      return .show(CommandHelp.screen(command, path: path, invocation: nil))
    }
    guard let next = command.subcommand(word) else {
      let error: UsageError =
        word.hasPrefix("-")
        ? .unknownOption(word, among: []) : .unknownCommand(word, among: names)
      return .refuse(error.message(path: path))
    }
    return descend(&scan, next, path: path + [word])
  }

  private func run(_ scan: inout Scan, _ command: Command, path: [String]) -> Outcome {
    let wantsHelp = scan.rest.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
    let result = Result { () throws(UsageError) in try read(&scan, command, path: path) }
    switch result {
    case .failure where wantsHelp:
      return .show(CommandHelp.screen(command, path: path, invocation: nil))
    case .failure(let error): return .refuse(error.message(path: path))
    case .success(let invocation) where wantsHelp:
      return .show(CommandHelp.screen(command, path: path, invocation: invocation))
    case .success(let invocation): return .run(invocation)
    }
  }

  private func read(
    _ scan: inout Scan, _ command: Command, path: [String]
  ) throws(UsageError) -> Invocation {
    var given: [String: [String]] = [:]
    var arguments: [String] = []
    var optionsEnded = false
    while let word = scan.next() {
      if optionsEnded || word == "-" || !word.hasPrefix("-") {
        arguments.append(word)
      } else if word == "--" {
        optionsEnded = true
      } else if word == "--help" || word == "-h" {
        scan.sawHelp = true
      } else {
        try readOption(word, &scan, command, into: &given)
      }
    }
    if !scan.sawHelp { try check(arguments, against: command.arguments) }
    let invocation = Invocation(
      command: command, path: path, environment: environment, given: given,
      arguments: arguments)
    try checkEnvironment(of: invocation)
    return invocation
  }

  private func readOption(
    _ word: String, _ scan: inout Scan, _ command: Command, into given: inout [String: [String]]
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let typed = String(parts[0])
    guard let option = command.options.first(where: { $0.isNamed(by: typed) }) else {
      let names = (command.options.map(\.name) + ["help"]).map { "--\($0)" }
      throw .unknownOption(typed, among: names)
    }
    if given[option.name] != nil && !option.isRepeating { throw .repeated(typed) }
    var value = parts.count == 2 ? String(parts[1]) : nil
    if option.value == .flag {
      if let value { throw .unexpectedValue(option: typed, value: value) }
      given[option.name] = ["true"]
      return
    }
    value = value ?? scan.nextValue()
    guard let value else { throw .missingValue(option.label) }
    if let expected = option.value.expectation(unmetBy: value) {
      throw .invalidValue(label: option.shortLabel, value: value, expected: expected)
    }
    given[option.name, default: []].append(value)
  }

  private func check(
    _ words: [String], against arguments: [CommandArgument]
  ) throws(UsageError) {
    let needed = arguments.prefix { !$0.isOptional }
    if words.count < needed.count { throw .missingArgument(needed[words.count].name) }
    if words.count > arguments.count && arguments.last?.isRepeating != true {
      throw .unexpectedArgument(words[arguments.count])
    }
  }

  private func checkEnvironment(of invocation: Invocation) throws(UsageError) {
    for option in invocation.command.options {
      let (values, source) = invocation.values(option.name)
      guard case .environment(let variable) = source else { continue }
      for value in values {
        if let expected = option.value.expectation(unmetBy: value) {
          throw .invalidValue(label: variable, value: value, expected: expected)
        }
      }
    }
  }

  /// The words still to be read.
  private struct Scan {
    var rest: ArraySlice<String>
    var sawHelp = false

    init(words: [String]) { rest = words[...] }

    mutating func next() -> String? { rest.popFirst() }

    /// The next word as a value; another option is not one, a negative number or "-" may be.
    mutating func nextValue() -> String? {
      guard let word = rest.first, !word.hasPrefix("--") else { return nil }
      return rest.popFirst()
    }
  }
}
