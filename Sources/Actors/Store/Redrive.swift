package import Transport

/// Finds the writes that were accepted before a crash and never decided.
///
/// Outcomes name their accepted line by number and request; what none names is driven again.
package struct Redrive: Sendable {
  private let decided: DecidedWrites
  package private(set) var undecided: [AcceptedWriteLine] = []

  package struct AcceptedWriteLine: Sendable {
    package let seq: UInt64
    package let request: String
    package let line: AcceptedLine
  }

  /// - Parameter decided: of the state that all committed lines have been folded into.
  package init(_ decided: DecidedWrites) { self.decided = decided }

  /// The first line of `1-accepted` to look at.
  package var start: UInt64 { decided.through + 1 }

  /// Takes the lines of `1-accepted` from there on, in seq order.
  package mutating func note(accepted line: SpoolLine) {
    guard !decided.contains(line.id, accepted: line.seq), let accepted = AcceptedLine(line)
    else { return }
    undecided.append(AcceptedWriteLine(seq: line.seq, request: line.id, line: accepted))
  }

  /// The write as mapping takes it, for a caller who is long gone.
  package static func write(
    _ undecided: AcceptedWriteLine, connection: Connection, type: SCIMResourceType
  ) -> AcceptedWrite {
    AcceptedWrite(
      request: undecided.request, accepted: undecided.seq, received: undecided.line.received,
      verb: undecided.line.method, connection: connection, type: type,
      resourceId: String(undecided.line.resourceId), body: undecided.line.body,
      query: undecided.line.query, baseURL: undecided.line.baseURL,
      ifMatch: undecided.line.ifMatch, reply: PendingReply())
  }
}
