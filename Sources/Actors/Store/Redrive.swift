package import Transport

/// Finds the writes that were accepted before a crash and never decided.
///
/// Outcomes name their accepted line by request id; what no outcome names is driven again.
package struct Redrive: Sendable {
  private var decided: Set<String> = []
  package private(set) var undecided: [AcceptedWriteLine] = []

  package struct AcceptedWriteLine: Sendable {
    package let seq: UInt64
    package let request: String
    package let line: AcceptedLine
  }

  package init() {}

  /// Every line of `3-committed` first …
  package mutating func note(committed line: SpoolLine) {
    if !line.type.hasPrefix(AdminLine.typePrefix) { decided.insert(line.id) }
  }

  /// … then every line of `1-accepted`, in seq order.
  package mutating func note(accepted line: SpoolLine) {
    guard !decided.contains(line.id), let accepted = AcceptedLine(line) else { return }
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
