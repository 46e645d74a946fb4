package import Transport

/// Folds a spool into its state from the files alone: the newest snapshot that reads back and the
/// lines above it, or the log from its first line on.
package struct SpoolFold: Sendable {
  /// Why there is nothing whole to fold.
  package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The log begins above what it is to follow.
    case missing(from: UInt64, through: UInt64)

    package var description: String {
      switch self {
      case .missing(let from, let through):
        "3-committed begins at line \(through + 1), and no snapshot that reads back holds the"
          + " state before it: lines \(from)–\(through) are missing"
      }
    }
  }

  package private(set) var hash = SpoolStateHash()
  /// What the fold started from; nil when it was line 1.
  package private(set) var snapshot: UInt64?

  /// Blocks.
  /// - Parameter fromLog: takes no snapshot.
  package init(_ reader: SpoolReader, fromLog: Bool = false) throws {
    let snapshots = fromLog ? [] : try SpoolSnapshot.all(in: reader.directory)
    for candidate in snapshots.reversed() {
      guard let state = try? SpoolStateHash(candidate) else { continue }
      (hash, snapshot) = (state, candidate.seq)
      break
    }
    let next = (snapshot ?? 0) + 1
    guard let committed = reader.hops.first(where: { $0.name == SpoolHops.committed }) else {
      return
    }
    if let first = try reader.summary(of: committed).lines?.lowerBound, first > next {
      throw Failure.missing(from: next, through: first - 1)
    }
    try reader.forEachLine(of: SpoolHops.committed, from: next) { line in
      hash.take(line)
      return true
    }
  }
}
