/// What a stage hands to a hop: it becomes one line, with a number and a checksum of the spool's.
package struct SpoolRecord: Sendable, Hashable {
  /// The request, event or attempt this is about; what `explain` joins the hops by.
  package var id: String
  /// What must stay in order: connection and resource.
  package var key: String
  package var type: String
  /// The bytes of one JSON object.
  package var data: [UInt8]

  package init(id: String, key: String, type: String, data: [UInt8]) {
    self.id = id
    self.key = key
    self.type = type
    self.data = data
  }
}

/// One line of a hop as it stands on disk, its checksum verified.
package struct SpoolLine: Sendable, Hashable {
  /// Counts per hop, +1.
  package let seq: UInt64
  /// Every line of this hop below this one was on disk when this line was written.
  package let based: UInt64
  package let timestamp: Timestamp
  package let id: String
  package let key: String
  package let type: String
  /// The bytes of one JSON object.
  package let data: [UInt8]

  package init(
    seq: UInt64, based: UInt64, timestamp: Timestamp, id: String, key: String, type: String,
    data: [UInt8]
  ) {
    self.seq = seq
    self.based = based
    self.timestamp = timestamp
    self.id = id
    self.key = key
    self.type = type
    self.data = data
  }
}
