/// The part of a line that does not depend on its number: built by the caller, outside any lock.
struct SpoolFragment: Sendable {
  /// From `,"ts":` to the end of `data`.
  let bytes: [UInt8]

  init(_ record: SpoolRecord, at timestamp: Timestamp) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(record.data.count + 160)
    bytes.append(contentsOf: SpoolFormat.timestampName)
    bytes.append(contentsOf: timestamp.utf8)
    bytes.append(contentsOf: SpoolFormat.idName)
    JSONValue.writeString(record.id, to: &bytes)
    bytes.append(contentsOf: SpoolFormat.keyName)
    JSONValue.writeString(record.key, to: &bytes)
    bytes.append(contentsOf: SpoolFormat.typeName)
    JSONValue.writeString(record.type, to: &bytes)
    bytes.append(contentsOf: SpoolFormat.dataName)
    // A line feed outside a string is white space; inside one it cannot stand (RFC 8259 §7).
    if record.data.contains(UInt8(ascii: "\n")) {
      bytes.append(contentsOf: record.data.lazy.map { $0 == 10 ? 32 : $0 })
    } else {
      bytes.append(contentsOf: record.data)
    }
    self.bytes = bytes
  }

  /// Bytes of the whole line at most, newline included.
  var lineBound: Int { bytes.count + 80 }

  /// Appends the whole line.
  func write(
    seq: UInt64, based: UInt64, chaining crc: inout UInt32, to buffer: inout [UInt8]
  ) {
    let start = buffer.count
    buffer.append(contentsOf: SpoolFormat.recordStart)
    SpoolFormat.appendDecimal(seq, to: &buffer)
    buffer.append(contentsOf: SpoolFormat.basedName)
    SpoolFormat.appendDecimal(based, to: &buffer)
    buffer.append(contentsOf: bytes)
    SpoolFormat.close(&buffer, from: start, chaining: &crc)
  }
}
