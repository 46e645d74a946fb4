/// Why a spool cannot be opened, read or written; each case is a fact, the edge words it.
package enum SpoolError: Error, Sendable, Hashable {
  /// Another process holds the spool.
  case locked(directory: String, pid: Int?, since: String?)
  /// The directory belongs to another user.
  case foreignOwner(directory: String, owner: UInt32)
  case notADirectory(String)
  /// There is no spool here and none may be made.
  case notFound(directory: String)
  /// Written by a later version of this program.
  case newerFormat(segment: String, version: Int)
  /// Data that was acknowledged does not read back as it was written.
  case corrupt(segment: String, offset: UInt64, seq: UInt64, reason: String)
  /// Something durable names a line beyond the end of the log: acknowledged data is gone.
  case acknowledgedDataMissing(hop: String, last: UInt64, named: UInt64, by: String)
  /// A record that no reader would accept; nothing of it was written.
  case lineTooLong(hop: String, bytes: Int)
  case file(FileError)
}

extension SpoolError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .locked(let directory, let pid, let since):
      let holder = pid.map { "process \($0)" } ?? "another process"
      return "\(directory) is held by \(holder)\(since.map { " since \($0)" } ?? "")"
    case .foreignOwner(let directory, let owner):
      return "\(directory) belongs to user \(owner)"
    case .notADirectory(let path):
      return "\(path) is not a directory"
    case .notFound(let directory):
      return "there is no spool at \(directory)"
    case .newerFormat(let segment, let version):
      return "\(segment) has format \(version); this program reads up to \(SpoolRelease.readable)"
    case .corrupt(let segment, let offset, let seq, let reason):
      return "\(segment) is damaged at offset \(offset), line \(seq): \(reason)"
    case .acknowledgedDataMissing(let hop, let last, let named, let by):
      return "\(hop) ends at line \(last), but \(by) names line \(named)"
    case .lineTooLong(let hop, let bytes):
      return "a line of \(bytes) bytes is too long for \(hop)"
    case .file(let error):
      return error.description
    }
  }
}

extension SpoolError {
  /// Runs file operations whose errors are the spool's.
  static func files<Result>(
    _ body: () throws(FileError) -> Result
  ) throws(SpoolError) -> Result {
    do { return try body() } catch { throw .file(error) }
  }
}
