/// The part of a line that does not depend on its number: built by the caller, outside any lock.
struct SpoolFragment: Sendable {
  /// From `,"ts":` to the colon before `data`.
  private let head: [UInt8]
  /// The record's own bytes where they can stand in a line, so that they are not copied here.
  private let data: [UInt8]

  init(_ record: SpoolRecord, at timestamp: Timestamp) {
    var head: [UInt8] = []
    head.reserveCapacity(
      72 + record.id.utf8.count + record.key.utf8.count + record.type.utf8.count)
    head.append(contentsOf: SpoolFormat.timestampName)
    timestamp.write(to: &head)
    head.append(contentsOf: SpoolFormat.idName)
    JSONValue.writeString(record.id, to: &head)
    head.append(contentsOf: SpoolFormat.keyName)
    JSONValue.writeString(record.key, to: &head)
    head.append(contentsOf: SpoolFormat.typeName)
    JSONValue.writeString(record.type, to: &head)
    head.append(contentsOf: SpoolFormat.dataName)
    self.head = head
    // A line feed outside a string is white space; inside one it cannot stand (RFC 8259 §7).
    data = record.data.span.has(10) ? record.data.map { $0 == 10 ? 32 : $0 } : record.data
  }

  /// Bytes that wait to be written.
  var count: Int { head.count + data.count }

  /// Bytes of the whole line at most, newline included.
  var lineBound: Int { count + 80 }

  /// Appends the whole line.
  /// - Returns: where in the buffer its data begin.
  @discardableResult
  func write(
    seq: UInt64, based: UInt64, chaining crc: inout UInt32, to buffer: inout [UInt8]
  ) -> Int {
    let start = buffer.count
    buffer.append(contentsOf: SpoolFormat.recordStart)
    SpoolFormat.appendDecimal(seq, to: &buffer)
    buffer.append(contentsOf: SpoolFormat.basedName)
    SpoolFormat.appendDecimal(based, to: &buffer)
    buffer.append(contentsOf: head)
    let dataStart = buffer.count
    buffer.append(contentsOf: data)
    SpoolFormat.close(&buffer, from: start, chaining: &crc)
    return dataStart
  }
}
