/// What opening a spool found and did, for the start screen and the log.
package struct SpoolRecovery: Sendable, Hashable {
  package enum LastStop: Sendable, Hashable {
    /// The spool is new.
    case none
    case clean(Timestamp)
    /// When the last thing known to be on disk was written; nil when nothing tells.
    case crash(Timestamp?)
  }

  package struct Hop: Sendable, Hashable {
    package let name: String
    /// The first number still on disk; nil when the hop is empty.
    package let first: UInt64?
    /// The last valid number; 0 when there never was one.
    package let last: UInt64
    package let segments: Int
    /// Lines of a torn end that were cut.
    package var tornLines = 0
    /// Lines below what had been synced that did not read back; never of the acknowledged hop.
    package var damagedLines = 0
    /// Where what was cut is kept.
    package var keptIn: String?
    /// Numbers that will never be written, as the tail that may have held them is lost.
    package var gap: ClosedRange<UInt64>?
  }

  package var lastStop: LastStop
  /// Whether the directory was open to others and is no more.
  package var wasTightened: Bool
  /// Names this spool, whatever its directory is called.
  package var instance: String
  package var epoch: Int
  /// What new segments say; below `SpoolRelease.written` until it is upgraded.
  package var format: Int
  /// The format it had before this start went over to a newer one.
  package var formatBefore: Int?
  package var hops: [Hop]

  package var isNew: Bool { lastStop == .none }
  package var tornLines: Int { hops.reduce(0) { $0 + $1.tornLines + $1.damagedLines } }
  /// Files under `torn/` made by this start.
  package var files: [String] { hops.compactMap(\.keptIn) }
}
