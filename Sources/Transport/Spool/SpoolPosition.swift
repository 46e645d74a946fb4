/// Where the data of a line lie on disk, so that they can be read again without the log around them.
package struct SpoolPosition: Sendable, Hashable {
  package let seq: UInt64
  /// The first number of the line's segment, which names its file.
  package let segment: UInt64
  /// Where the bytes of the line's `data` begin in that file.
  package let offset: UInt64

  package init(seq: UInt64, segment: UInt64, offset: UInt64) {
    self.seq = seq
    self.segment = segment
    self.offset = offset
  }
}
