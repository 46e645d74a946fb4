/// Why a spool cannot be backed up or restored; each case is a fact, the edge words it.
package enum BackupError: Error, Sendable, Hashable {
  case spool(SpoolError)
  /// This is no file that `backup` has written.
  case notABackup(String, reason: String)
  /// What was kept does not read back as it was written.
  case damaged([SpoolReader.Finding])
  /// A new spool is never written over something.
  case exists(String)
  /// The directory follows another spool.
  case otherSpool(String)
  /// The copy holds acknowledged lines that its source does not.
  case ahead(hop: String, copy: UInt64)
  /// The copy never caught up with its source.
  case unfinished(String)
  /// The files changed faster than they could be opened.
  case restless(String)
}

extension BackupError {
  /// Runs file operations whose errors are the backup's.
  static func files<Result>(
    _ body: () throws(FileError) -> Result
  ) throws(BackupError) -> Result {
    do { return try body() } catch { throw .spool(.file(error)) }
  }

  /// Runs what opens or reads a spool.
  static func reading<Result>(
    _ body: () throws(SpoolError) -> Result
  ) throws(BackupError) -> Result {
    do { return try body() } catch { throw .spool(error) }
  }

  /// The same where the errors are no longer typed.
  static func anything<Result>(_ body: () throws -> Result) throws(BackupError) -> Result {
    do { return try body() } catch let error as BackupError { throw error } catch let error
      as SpoolError
    { throw .spool(error) } catch let error as FileError { throw .spool(.file(error)) } catch {
      throw .notABackup("", reason: "\(error)")
    }
  }
}

extension BackupError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .spool(let error): return error.description
    case .notABackup(let path, let reason): return "\(path) is not a whole backup: \(reason)"
    case .damaged(let findings): return "\(findings.count) places do not read back"
    case .exists(let path): return "\(path) exists; a restored spool is never written over anything"
    case .otherSpool(let path): return "\(path) is the copy of another spool"
    case .ahead(let hop, let copy):
      return "the copy holds \(hop) through line \(copy), the spool does not: it is not its source"
    case .unfinished(let path): return "\(path) is a copy whose first round was cut short"
    case .restless(let path): return "the files of \(path) change faster than they can be opened"
    }
  }
}
