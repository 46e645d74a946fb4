import TestSupport
import Transport

@testable import Pipeline

/// A real spool with a log of calls beside it, for a test.
struct RequestSpool {
  private let directory = TemporaryDirectory()
  let disk = BlockingThread(name: "test")
  let spool: Spool
  let log: RequestLog

  init() throws {
    (spool, _) = try Spool.open(
      directory: directory.file("spool"), hops: SpoolHops.descriptions, log: .silent)
    log = try RequestLog(
      spool: directory.file("spool"), limits: .init(keep: .seconds(3600), bytes: 1 << 20))
  }
}
