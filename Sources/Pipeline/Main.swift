import Transport

/// The executable: reads the command line and runs one command.
@main
struct Main {
  static func main() async {
    let parser = CommandParser(
      root: CommandTree.root, standard: "serve", version: Version.current,
      environment: ProcessEnvironment.variables)
    let code: ExitCode
    switch parser.parse(Array(CommandLine.arguments.dropFirst())) {
    case .run(let invocation):
      code = await invocation.command.run?(invocation) ?? .success
    case .show(let text):
      Terminal.write(text)
      code = .success
    case .refuse(let line):
      Terminal.write(line + "\n", to: .error)
      code = .usage
    }
    code.end()
  }
}
