/// Why a client command could not do what was asked: one sentence and how the process ends.
package struct ClientFailure: Error, Sendable, Equatable {
  package var sentence: String
  package var exit: ExitCode

  package init(_ sentence: String, _ exit: ExitCode = .failure) {
    self.sentence = sentence
    self.exit = exit
  }
}
