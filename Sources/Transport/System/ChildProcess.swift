import Glibc

/// A process started from a program file, so that client and server can be measured apart.
///
/// The caller ends it: a child still running when this goes is left alone.
package final class ChildProcess: Sendable {
  /// How it ended.
  package enum Ending: Sendable, Equatable {
    case exited(Int32)
    case killed(signal: Int32)
  }

  package let pid: Int32

  /// This very program, whatever its name and place.
  package static let ownProgram = "/proc/self/exe"

  /// - Parameters:
  ///   - words: the arguments, the program's name not among them.
  ///   - environment: all of it; nothing is inherited.
  ///   - output: a file (0600) that takes standard output and standard error.
  package init(
    program: String, words: [String], environment: [String: String], output: String
  ) throws(FileError) {
    // The link means the program that starts now, not the one that reads it in the child.
    let path = try FileSystem.realPath(program)
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(
      &actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var arguments = unsafe ([path] + words).map { unsafe strdup($0) } + [nil]
    var variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
    var started: pid_t = 0
    let code = unsafe posix_spawn(&started, path, &actions, nil, &arguments, &variables)
    guard code == 0 else { throw FileError("posix_spawn", path, code: code) }
    pid = started
  }

  package func send(signal: Int32) { kill(pid, signal) }

  /// How it ended, nil while it runs; never blocks. After an ending it answers nil again.
  package func poll() -> Ending? {
    var status: Int32 = 0
    guard unsafe waitpid(pid, &status, WNOHANG) == pid else { return nil }
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
  }

  /// Waits for the end, looking every few milliseconds.
  /// - Returns: nil when it still runs after that time.
  package func ending(within limit: Duration) async -> Ending? {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while true {
      if let ending = poll() { return ending }
      if clock.now >= deadline { return nil }
      try? await clock.sleep(for: .milliseconds(5))
    }
  }

  /// Asks it to stop, and kills it when it has not after that time.
  @discardableResult
  package func stop(within limit: Duration) async -> Ending? {
    send(signal: SIGTERM)
    if let ending = await ending(within: limit) { return ending }
    send(signal: SIGKILL)
    return await ending(within: .seconds(5))
  }
}
