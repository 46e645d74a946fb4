/// Draws the help screen of a command: fixed order of sections, two spaces of indent.
package enum CommandHelp {
  /// Terminals are 100 columns wide.
  static let width = 100
  private static let column = 28
  /// Becomes a space once the lines are broken.
  private static let unbreakable = "\u{A0}"

  /// - Parameter invocation: when given, values in force are shown beside the options.
  package static func screen(
    _ command: Command, path: [String], invocation: Invocation?
  ) -> String {
    var sections = [wrap("OVERVIEW: \(command.abstract)", first: 0, indent: 0)]
    if !command.discussion.isEmpty {
      let paragraphs = command.discussion.split(separator: "\n", omittingEmptySubsequences: false)
      let wrapped = paragraphs.map {
        $0.hasPrefix(" ") ? String($0) : wrap(String($0), first: 0, indent: 0)
      }
      sections.append(wrapped.joined(separator: "\n"))
    }
    sections.append("USAGE: \(usage(command, path: path))")
    if !command.examples.isEmpty {
      sections.append("EXAMPLES:\n" + rows(command.examples.map { ($0.line, $0.meaning) }))
    }
    if !command.arguments.isEmpty {
      let lines = command.arguments.map { ("<\($0.name)>", $0.help) }
      sections.append("ARGUMENTS:\n" + rows(lines))
    }
    sections.append("OPTIONS:\n" + rows(options(of: command, path: path, invocation)))
    if !command.subcommands.isEmpty {
      let lines = command.subcommands.map { ($0.name, $0.abstract) }
      let name = (["scim-hris", "help"] + path + ["<subcommand>"]).joined(separator: " ")
      sections.append(
        "SUBCOMMANDS:\n" + rows(lines) + "\n\n  See '\(name)' for detailed help.")
    }
    return sections.joined(separator: "\n\n") + "\n"
  }

  private static func usage(_ command: Command, path: [String]) -> String {
    let words = ["scim-hris"] + path
    if command.run == nil, !command.subcommands.isEmpty {
      return (words + ["<subcommand>"]).joined(separator: " ")
    }
    let arguments = command.arguments.map { argument in
      let name = "<\(argument.name)>" + (argument.isRepeating ? " ..." : "")
      return argument.isOptional ? "[\(name)]" : name
    }
    let options = command.options.isEmpty ? [] : ["[<options>]"]
    return (words + arguments + options).joined(separator: " ")
  }

  private static func options(
    of command: Command, path: [String], _ invocation: Invocation?
  ) -> [(String, String)] {
    var lines = command.options.map { option in
      let force = invocation.flatMap { command.inForce?($0, option) }
      let help = [option.help, option.value.choices].compactMap { $0 }.joined(separator: " ")
      return (option.listedLabel, help + remark(option, inForce: force))
    }
    if path.isEmpty { lines.append(("--version", "Show the version.")) }
    lines.append(("-h, --help", "Show help information."))
    return lines
  }

  private static func remark(_ option: CommandOption, inForce: String?) -> String {
    if let inForce {
      return " " + "(now: \(inForce))".split(separator: " ").joined(separator: unbreakable)
    }
    var parts: [String] = []
    if let fallback = option.fallback { parts.append("default: \(fallback)") }
    if option.isRepeating { parts.append("repeatable") }
    if let variable = option.environment { parts.append("or \(variable)") }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: "; ")))"
  }

  /// Two columns; a label too long for the first pushes its text to the next line.
  private static func rows(_ lines: [(String, String)]) -> String {
    lines.map { label, text in
      let start = "  " + label
      if start.count > column - 2 {
        return start + "\n" + wrap(text, first: column, indent: column)
      }
      let gap = String(repeating: " ", count: column - start.count)
      return start + gap + wrap(text, first: 0, indent: column)
    }.joined(separator: "\n")
  }

  /// Breaks between words; `first` spaces before the first line, `indent` before the others.
  private static func wrap(_ text: String, first: Int, indent: Int) -> String {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty && indent + line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    lines.append(line)
    let margin = String(repeating: " ", count: indent)
    let text = String(repeating: " ", count: first) + lines.joined(separator: "\n" + margin)
    return text.split(separator: unbreakable, omittingEmptySubsequences: false)
      .joined(separator: " ")
  }
}
