import Synchronization
import TestSupport

@testable import Transport

/// A spool of three hops in a directory of its own, as the program has it.
final class SpoolFixture: Sendable {
  static let hops = [
    HopDescription(
      name: "1-accepted", durability: .lagging(every: .milliseconds(20)), mayGap: true),
    HopDescription(
      name: "3-committed", durability: .acknowledged, mayGap: false,
      references: [.init(member: "accepted", hop: "1-accepted")]),
    HopDescription(
      name: "4-attempts", durability: .lagging(every: .milliseconds(10)), mayGap: false,
      references: [.init(member: "durableSeq", hop: "3-committed")]),
  ]
  static let accepted = 0
  static let committed = 1
  static let attempts = 2

  let directory: TemporaryDirectory
  let failures = Mutex<[SpoolError]>([])

  init() { directory = TemporaryDirectory() }

  var path: String { directory.file("spool") }
  var committedPath: String { path + "/3-committed" }

  func open(
    _ change: (inout SpoolOptions) -> Void = { _ in }
  ) throws -> (spool: Spool, recovery: SpoolRecovery) {
    var options = SpoolOptions()
    options.onFailure = { [self] error in failures.withLock { $0.append(error) } }
    change(&options)
    return try Spool.open(directory: path, hops: Self.hops, options: options, log: .silent)
  }

  /// Appends numbered records and waits until they are durable.
  func fill(_ spool: Spool, _ count: Int, hop: Int = committed, size: Int = 10) async {
    let hop = spool.hop(hop)
    var last: UInt64 = 0
    for index in 0..<count { last = hop.append(Self.record(index, size: size)) }
    await hop.durable(through: last)
  }

  static func record(_ index: Int, size: Int = 10) -> SpoolRecord {
    let filler = String(repeating: "x", count: size)
    return SpoolRecord(
      id: "req_\(index)", key: "cnx_1/Users/\(index % 7)", type: "user.updated",
      data: Array(#"{"n":\#(index),"filler":"\#(filler)"}"#.utf8))
  }

  /// All lines of the hop that holds what was acknowledged.
  func lines(_ spool: Spool, hop: Int = committed) throws -> [SpoolLine] {
    var lines: [SpoolLine] = []
    try spool.hop(hop).forEachLine { lines.append($0) }
    return lines
  }
}
