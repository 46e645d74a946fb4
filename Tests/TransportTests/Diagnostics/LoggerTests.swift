import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Transport

@Suite struct LoggerTests {
  /// Collects lines instead of writing them.
  private final class Lines: Sendable {
    private let bytes = Mutex<[[UInt8]]>([])

    func logger(_ format: Logger.Format, level: Logger.Level = .debug) -> Logger {
      Logger(level: level, format: format) { line in self.bytes.withLock { $0.append(line) } }
    }

    var all: [String] { bytes.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }
  }

  @Test func `a line for people has the time, the level unless info, and the fields`() throws {
    let time = try #require(Timestamp(parsing: "2026-11-21T22:15:39.250Z"))
    func text(_ level: Logger.Level, _ fields: Logger.Fields) -> String {
      let line = LogLine(time: time, level: level, message: "ready", fields: fields)
      return String(decoding: line.text, as: UTF8.self)
    }
    #expect(
      text(.info, ["listen": "127.0.0.1:8080"])
        == "2026-11-21T22:15:39Z ready listen=127.0.0.1:8080\n")
    #expect(
      text(.warning, ["n": 3, "why": "disk is full", "none": "", "q": "a\"b"])
        == #"2026-11-21T22:15:39Z warning: ready n=3 why="disk is full" none="" q="a\"b""# + "\n")
  }

  @Test func `a line for machines is one JSON object`() throws {
    let lines = Lines()
    lines.logger(.json).error("stopped", ["hop": "3-committed", "seq": 41_873, "clean": false])
    let line = try #require(lines.all.first)
    #expect(line.hasSuffix("}\n"))
    let object = try JSONValue(parsing: line)
    #expect(object["level"] == "error")
    #expect(object["message"] == "stopped")
    #expect(object["hop"] == "3-committed")
    #expect(object["seq"] == 41_873)
    #expect(object["clean"] == false)
    #expect(Timestamp(parsing: object["ts"]?.string ?? "") != nil)
  }

  @Test func `nothing below the level is shown, and the level can change`() {
    let lines = Lines()
    let log = lines.logger(.text, level: .warning)
    let copy = log
    log.debug("a")
    log.info("b")
    log.warning("c")
    copy.level = .debug
    log.debug("d")
    #expect(lines.all.map { $0.dropFirst(21) } == ["warning: c\n", "debug: d\n"])
    #expect(log.level == .debug)
  }

  @Test func `a hidden line costs nothing: its message is never made`() {
    let log = Logger(level: .error, format: .text) { _ in }
    func fail() -> String {
      Issue.record("made")
      return ""
    }
    log.debug(fail(), ["x": fail()])
  }

  @Test func `what people send cannot begin a line of its own`() {
    let lines = Lines()
    lines.logger(.text).info("bad\nname", ["user": "a\n2026 forged", "a\nb": "\u{1B}[2J"])
    lines.logger(.json).info("bad\nname", ["user": "a\r\nforged"])
    for line in lines.all {
      #expect(line.utf8.filter { $0 < 0x20 } == [UInt8(ascii: "\n")])
    }
  }

  @Test func `a line is never longer than a pipe takes at once`() throws {
    let lines = Lines()
    let long = String(repeating: "é\"\n", count: 5000)
    for format in Logger.Format.allCases {
      lines.logger(format).info(long, ["a": long])
      lines.logger(format).info("short", ["a": long, "b": 1])
    }
    #expect(lines.all.count == 4)
    for line in lines.all {
      #expect(line.utf8.count <= Logger.lineLimit)
      #expect(line.hasSuffix("\n"))
    }
    for line in lines.all.suffix(2) { _ = try JSONValue(parsing: line) }
  }

  @Test func `threads never mix their lines`() async throws {
    let directory = TemporaryDirectory()
    let descriptor = open(directory.file("log"), O_WRONLY | O_CREAT, 0o600)
    defer { close(descriptor) }
    let log = Logger(level: .info, descriptor: descriptor)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask { for index in 0..<200 { log.info("line", ["task": task, "index": index]) } }
      }
    }
    let text = String(decoding: try #require(directory.read("log")), as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 1600)
    for line in lines { #expect(try JSONValue(parsing: String(line))["message"] == "line") }
  }

  @Test func `a broken descriptor is no failure of ours`() {
    Logger(level: .info, format: .text, descriptor: -1).info("nobody hears")
  }

  @Test func `a secret does not print, wherever it is put`() {
    let secret = Secret("hunter2hunter2")
    let lines = Lines()
    for format in Logger.Format.allCases {
      lines.logger(format).info("token \(secret)", ["token": secret, "all": "\([secret])"])
    }
    var dumped = ""
    dump(secret, to: &dumped)
    dump(["a": [secret]], to: &dumped)
    let shown =
      lines.all + [
        dumped, "\(secret)", String(reflecting: secret), String(describing: Optional(secret)),
      ]
    for text in shown { #expect(!text.contains("hunter2"), "\(text)") }
    #expect(secret.reveal() == "hunter2hunter2")
    #expect(secret == Secret("hunter2hunter2"))
    #expect(secret != Secret("hunter3"))
  }
}
