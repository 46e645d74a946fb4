/// What is wrong with a command line, as facts; `message` is the one line a person reads.
package enum UsageError: Error, Sendable, Equatable {
  case unknownCommand(String, among: [String])
  case missingCommand(among: [String])
  case unknownOption(String, among: [String])
  case missingValue(String)
  case unexpectedValue(option: String, value: String)
  case invalidValue(label: String, value: String, expected: String)
  case repeated(String)
  case missingArgument(String)
  case unexpectedArgument(String)
  /// Two options that cannot both be meant, or a value only the command can judge.
  case conflict(String)

  /// Without "Error:" and without the pointer to help.
  package var sentence: String {
    switch self {
    case .unknownCommand(let word, let names):
      "Unknown command '\(word)'.\(Suggestion.sentence(for: word, among: names))"
    case .missingCommand(let names):
      "Missing command: one of \(names.joined(separator: ", "))."
    case .unknownOption(let word, let names):
      "Unknown option '\(word)'.\(Suggestion.sentence(for: word, among: names))"
    case .missingValue(let label): "Missing value for '\(label)'."
    case .unexpectedValue(let option, let value):
      "The option '\(option)' takes no value, but '\(value)' was given."
    case .invalidValue(let label, let value, let expected):
      "The value '\(value)' is invalid for '\(label)': expected \(expected)."
    case .repeated(let option): "The option '\(option)' was given more than once."
    case .missingArgument(let name): "Missing expected argument '<\(name)>'."
    case .unexpectedArgument(let word): "Unexpected argument '\(word)'."
    case .conflict(let sentence): sentence
    }
  }

  /// One line for standard error.
  package func message(path: [String]) -> String {
    let help = (["scim-hris"] + path + ["--help"]).joined(separator: " ")
    return "Error: \(sentence)  See '\(help)'."
  }
}
