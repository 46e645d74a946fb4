/// How a spool is opened; every bound of it has its name and default here.
package struct SpoolOptions: Sendable {
  /// A segment is sealed when the next batch would take it over this many bytes,
  package var segmentBytes = 32 << 20
  /// or when its first line is older than this.
  package var segmentAge: Duration = .seconds(3600)
  /// One write and one sync cover at most this many lines and bytes.
  package var batchLines = 4096
  package var batchBytes = 4 << 20
  /// Above this many lines of one hop, or bytes of all, waiting for the disk, intake should pause.
  package var backlogLines = 4096
  package var backlogBytes = 8 << 20
  /// `isShortOfDisk` is true below this much free space.
  package var reserveBytes: UInt64 = 0
  /// Lets a spool of an older format go on in the newest: each hop in a new segment.
  package var upgradesFormat = false
  /// Raises the epoch: what came after a copy that was restored is not there, and receivers must
  /// be able to tell.
  package var raisesEpoch = false
  /// The format of a spool that is made.
  package var newFormat = SpoolRelease.written
  /// Whether a spool is made where there is none.
  package var mayCreate = true
  /// Called once, on a thread of the spool, when a write or sync has failed. Nothing that waits
  /// for durability is resumed after it: the process must end and let recovery decide.
  package var onFailure: @Sendable (SpoolError) -> Void = { _ in }

  package init() {}
}
