import Glibc
import Synchronization

/// SQLite as this machine has it, opened at run time: what a log of our own is measured against.
///
/// Nothing but the bench uses it, so the binary neither links nor needs it.
@safe package struct SQLiteLibrary: @unchecked Sendable {
  package static let name = "libsqlite3.so.0"

  typealias Handle = OpaquePointer
  typealias Open = @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<Handle?>) -> Int32
  typealias Execute =
    @convention(c) (
      Handle, UnsafePointer<CChar>, OpaquePointer?, OpaquePointer?, OpaquePointer?
    ) -> Int32
  typealias Prepare =
    @convention(c) (
      Handle, UnsafePointer<CChar>, Int32, UnsafeMutablePointer<Handle?>, OpaquePointer?
    ) -> Int32
  typealias Bind =
    @convention(c) (Handle, Int32, UnsafeRawPointer?, Int32, OpaquePointer?) -> Int32
  typealias Call = @convention(c) (Handle) -> Int32

  let open: Open
  let execute: Execute
  let prepare: Prepare
  let bind: Bind
  let step: Call
  let reset: Call
  let finalize: Call
  let close: Call

  /// nil where the library or one of these functions is missing.
  package init?() {
    guard let library = unsafe dlopen(Self.name, RTLD_NOW | RTLD_LOCAL) else { return nil }
    guard let open = unsafe dlsym(library, "sqlite3_open"),
      let execute = unsafe dlsym(library, "sqlite3_exec"),
      let prepare = unsafe dlsym(library, "sqlite3_prepare_v2"),
      let bind = unsafe dlsym(library, "sqlite3_bind_blob"),
      let step = unsafe dlsym(library, "sqlite3_step"),
      let reset = unsafe dlsym(library, "sqlite3_reset"),
      let finalize = unsafe dlsym(library, "sqlite3_finalize"),
      let close = unsafe dlsym(library, "sqlite3_close")
    else { return nil }
    unsafe self.open = unsafeBitCast(open, to: Open.self)
    unsafe self.execute = unsafeBitCast(execute, to: Execute.self)
    unsafe self.prepare = unsafeBitCast(prepare, to: Prepare.self)
    unsafe self.bind = unsafeBitCast(bind, to: Bind.self)
    unsafe self.step = unsafeBitCast(step, to: Call.self)
    unsafe self.reset = unsafeBitCast(reset, to: Call.self)
    unsafe self.finalize = unsafeBitCast(finalize, to: Call.self)
    unsafe self.close = unsafeBitCast(close, to: Call.self)
  }
}

/// A table of rows in a write-ahead log that is synced in every transaction; one row, one
/// transaction. Threads take turns.
@safe package final class SQLiteRows: @unchecked Sendable {
  /// A code of SQLite's.
  package struct Failure: Error, Sendable {
    package let code: Int32
  }

  private static let row: Int32 = 100
  private static let done: Int32 = 101

  private let library: SQLiteLibrary
  private let database: OpaquePointer
  private let statement: OpaquePointer
  private let turn = Mutex(())

  package init(_ library: SQLiteLibrary, at path: String) throws(Failure) {
    var database: OpaquePointer?
    let opened = unsafe library.open(path, &database)
    guard opened == 0, let database = unsafe database else { throw Failure(code: opened) }
    self.library = library
    unsafe self.database = database
    for command in [
      "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
      "CREATE TABLE lines(seq INTEGER PRIMARY KEY, line BLOB)",
    ] {
      let code = unsafe library.execute(database, command, nil, nil, nil)
      guard code == 0 else { throw Failure(code: code) }
    }
    var statement: OpaquePointer?
    let text = "INSERT INTO lines(line) VALUES (?)"
    let code = unsafe library.prepare(database, text, -1, &statement, nil)
    guard code == 0, let statement = unsafe statement else { throw Failure(code: code) }
    unsafe self.statement = statement
  }

  deinit {
    _ = unsafe library.finalize(statement)
    _ = unsafe library.close(database)
  }

  /// Returns once the row is on disk. Blocks.
  package func insert(_ bytes: [UInt8]) throws(Failure) {
    let code = turn.withLock { _ in
      unsafe bytes.withUnsafeBytes { raw in
        _ = unsafe library.bind(statement, 1, raw.baseAddress, Int32(raw.count), nil)
        let code = unsafe library.step(statement)
        _ = unsafe library.reset(statement)
        return code
      }
    }
    guard code == Self.done || code == Self.row else { throw Failure(code: code) }
  }
}
