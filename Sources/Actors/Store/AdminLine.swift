import Transport

/// A line of `3-committed` that changes the configuration: one change, or several that hold
/// together or not at all, because a crash can cut between two lines but not within one.
struct AdminLine: Sendable {
  static let typePrefix = "admin."
  private static let batchType = "admin.batch"
  private static let batchMember = "changes"

  let changes: [AdminChange]
  /// The line's `data`.
  let data: [UInt8]

  /// - Parameter changes: at least one.
  init(_ changes: [AdminChange]) {
    self.changes = changes
    let single = changes.count == 1 ? changes.first : nil
    let batch: JSONValue = [
      Self.batchMember: .array(changes.map { .object($0.json) })
    ]
    data = single.map { $0.json.bytes } ?? batch.bytes
  }

  init(_ line: SpoolLine) throws(FoldError) {
    guard let json = (try? JSONValue(parsing: line.data))?.object else {
      throw .notAnObject(seq: line.seq)
    }
    let members = json[Self.batchMember]?.array?.compactMap(\.object) ?? [json]
    var changes: [AdminChange] = []
    for member in members {
      do throws(RecordError) {
        changes.append(try AdminChange(json: member))
      } catch {
        throw .unknownChange(type: line.type, seq: line.seq)
      }
    }
    (self.changes, data) = (changes, line.data)
  }

  func record(request: String) -> SpoolRecord {
    SpoolRecord(
      id: request, key: changes[0].subjectId,
      type: changes.count == 1 ? changes[0].lineType : Self.batchType, data: data)
  }
}
