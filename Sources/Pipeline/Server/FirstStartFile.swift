import Transport

/// `first-start.json` in the spool: what a first start without a terminal made, secrets in clear.
///
/// It is there to be read once, so it does not stay.
struct FirstStartFile: Sendable {
  static let lifetime: Duration = .seconds(24 * 3600)
  static let checkedEvery: Duration = .seconds(3600)

  let path: String

  /// - Parameter spool: the spool's directory.
  init(spool: String) { path = spool + "/first-start.json" }

  /// Blocking.
  func write(_ bytes: [UInt8]) throws(FileError) { try FileSystem.replace(path, with: bytes) }

  /// Blocking. Removes the file once it is older than its lifetime.
  func removeWhenOld(at now: Timestamp) {
    guard let status = try? FileSystem.status(path),
      now >= status.modified.advanced(by: Self.lifetime)
    else { return }
    _ = try? FileSystem.remove(path)
  }
}
