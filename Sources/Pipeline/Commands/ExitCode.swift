/// How the process ends; service managers decide by it whether starting again can help.
package enum ExitCode: Int32, Error, Sendable {
  case success = 0
  /// The command ran and its answer is no: a call failed, an event was lost.
  case failure = 1
  /// What was looked at is damaged beyond a torn tail (`spool verify`).
  case damaged = 2
  /// The command line is wrong (sysexits EX_USAGE).
  case usage = 64
  /// The spool holds damage that must not be started over (EX_DATAERR).
  case corruptSpool = 65
  /// Disk or network failed (EX_IOERR).
  case inputOutput = 74
  /// Another process holds the spool; trying later may work (EX_TEMPFAIL).
  case locked = 75
  /// Owner or mode of a file forbids it (EX_NOPERM).
  case permission = 77
  /// The spool was written by a newer release (EX_CONFIG).
  case newerFormat = 78
}
