/// How a receiver behaves: what it answers to the first arrivals and to the rest, and how late.
package struct ReceiverConduct: Sendable, Equatable {
  package enum Answer: Sendable, Equatable {
    case status(Int)
    case hang, reset
  }

  /// The first so many are answered 500.
  package var failures = 0
  /// The rest; nil for a receiver that is well and judges signatures.
  package var always: Answer?
  package var delay: Duration = .zero
  /// Seconds.
  package var retryAfter: Int?

  package init() {}

  package init(_ invocation: Invocation) throws(ClientFailure) {
    let answers: [Answer] = [
      invocation.count("status").map { .status($0) }, invocation.flag("hang") ? .hang : nil,
      invocation.flag("reset") ? .reset : nil,
    ].compactMap { $0 }
    guard answers.count < 2 else {
      throw ClientFailure("Only one of --status, --hang and --reset can be played.", .usage)
    }
    failures = invocation.count("fail") ?? 0
    always = answers.first
    delay = .milliseconds(invocation.milliseconds("slow") ?? 0)
    retryAfter = invocation.count("retry-after")
  }

  /// - Parameters:
  ///   - number: of the arrival, from 1.
  ///   - isGenuine: whether it is signed as it should be, or nobody can tell.
  package func answer(to number: Int, isGenuine: Bool) -> Answer {
    if number <= failures { return .status(500) }
    return always ?? .status(isGenuine ? 204 : 401)
  }
}
