import Transport

/// Measures the spool's group commit against a plain loop, in pairs that share the disk's mood.
package struct SpoolBench: Sendable {
  /// Bytes of a line, the line feed included.
  package static let lineBytes = 1024
  private static let writers = [1, 8, 64, 256]
  private static let threads = [1, 64]

  package let directory: String
  /// Of one half of a pair.
  package let time: Duration
  package let pairs: Int

  package init(directory: String, time: Duration, pairs: Int) {
    self.directory = directory
    self.time = time
    self.pairs = pairs
  }

  package func measure() async throws -> SpoolBenchReport {
    var report = SpoolBenchReport(pairs: pairs, time: time)
    var raw: [Double] = []
    for count in Self.writers {
      let row = try await pairs(beside: &raw) { try await spool(writers: count, in: $0) }
      report.rows.append(.init("spool", writers: count, row))
    }
    if let library = SQLiteLibrary() {
      for count in Self.threads {
        let row = try await pairs(beside: &raw) {
          try await sqlite(library, threads: count, in: $0)
        }
        report.rows.append(.init("SQLite, WAL, synchronous=FULL", writers: count, row))
      }
    } else {
      report.isWithoutSQLite = true
    }
    report.rows.insert(
      .init("write and fdatasync in a loop", writers: 1, raw.map { ($0, $0) }), at: 0)
    return report
  }

  /// - Returns: per pair, the measured rate and the plain loop's.
  private func pairs(
    beside raw: inout [Double], _ body: (String) async throws -> Double
  ) async throws -> [(rate: Double, raw: Double)] {
    var rows: [(rate: Double, raw: Double)] = []
    for _ in 0..<pairs {
      let loop = try await scratch { try await plain(in: $0) }
      raw.append(loop)
      rows.append((try await scratch(body), loop))
    }
    return rows
  }

  private func scratch(_ body: (String) async throws -> Double) async throws -> Double {
    let scratch = try ScratchDirectory(in: directory, named: "bench-spool")
    defer { scratch.remove() }
    return try await body(scratch.path)
  }

  private func plain(in directory: String) async throws -> Double {
    let (thread, time) = (BlockingThread(name: "plain loop"), time)
    defer { thread.stop() }
    return try await thread.run { () throws(FileError) in
      try DiskProbe.run(in: directory, for: time).perSecond
    }
  }
}

// MARK: The spool

extension SpoolBench {
  private static let hop = HopDescription(
    name: "lines", durability: .acknowledged, mayGap: false)

  /// A record whose line is `lineBytes` long when its numbers have six digits.
  private static let record: SpoolRecord = {
    var record = SpoolRecord(id: "req_1", key: "cnx_1/Users/1", type: "bench", data: [])
    let around = 147
    let filling = String(repeating: "x", count: lineBytes - around)
    record.data = Array("{\"x\":\"\(filling)\"}".utf8)
    return record
  }()

  private func spool(writers: Int, in directory: String) async throws -> Double {
    let (spool, _) = try Spool.open(
      directory: directory + "/spool", hops: [Self.hop], log: Logger(level: .error))
    let end = Deadline.after(time)
    let start = ContinuousClock.now
    let count = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<writers {
        group.addTask { await Self.write(to: spool.hop(0), until: end) }
      }
      return await group.reduce(0, +)
    }
    let rate = Double(count) / ((ContinuousClock.now - start) / .seconds(1))
    let thread = BlockingThread(name: "close")
    await thread.run { spool.close() }
    thread.stop()
    return rate
  }

  @concurrent
  private static func write(to hop: SpoolHop, until end: Deadline) async -> Int {
    var count = 0
    repeat {
      await hop.durable(through: hop.append(record))
      count += 1
    } while Deadline.now < end
    return count
  }
}

// MARK: SQLite

extension SpoolBench {
  private func sqlite(
    _ library: SQLiteLibrary, threads: Int, in directory: String
  ) async throws -> Double {
    let rows = try SQLiteRows(library, at: directory + "/rows.db")
    let pool = (0..<threads).map { BlockingThread(name: "sqlite-\($0)") }
    defer { for thread in pool { thread.stop() } }
    let end = Deadline.after(time)
    let start = ContinuousClock.now
    let count = try await withThrowingTaskGroup(of: Int.self) { group in
      for thread in pool {
        group.addTask {
          try await thread.run { () throws(SQLiteRows.Failure) in
            try Self.insert(into: rows, until: end)
          }
        }
      }
      return try await group.reduce(0, +)
    }
    return Double(count) / ((ContinuousClock.now - start) / .seconds(1))
  }

  private static func insert(
    into rows: SQLiteRows, until end: Deadline
  ) throws(SQLiteRows.Failure) -> Int {
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: lineBytes)
    var count = 0
    repeat {
      try rows.insert(line)
      count += 1
    } while Deadline.now < end
    return count
  }
}
