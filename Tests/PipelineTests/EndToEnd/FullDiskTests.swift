import Glibc
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// A disk that fills up refuses writes in time, and loses nothing when it fails in the middle.
@Suite(.timeLimit(.minutes(5)))
struct FullDiskTests {
  @Test func `below the reserve writes are told to come back later and reads go on`() async throws {
    let server = try await TestServer.started()
    let user = OktaUser("before@example.com")
    #expect(try await server.okta().post("/Users", user.creation).status == 201)
    let consumer = try server.made.consumerId
    #expect(await server.stop() == .exited(0))

    let short = TestServer(arguments: ["--disk-reserve", "512TiB"], spool: server.spool)
    try await short.start()
    let moved = try server.made.baseURL.replacing(":\(server.port)/", with: ":\(short.port)/")
    let okta = try TestClient(moved, as: .okta(token: try server.made.apiToken.reveal()))
    let refused = try await okta.post("/Users", OktaUser("after@example.com").creation)
    #expect(refused.isSCIMError(429) && refused.fields["Retry-After"] == "300")
    #expect(refused.detail.contains("short of disk space"))
    #expect(try await okta.get("/Users")["totalResults"] == 1)
    let owner = try short.owner()
    #expect(try await owner.post("/consumers", ["name": "Another"]).status == 503)
    #expect(try await owner.get("/consumers/\(consumer)").status == 200)
    let connections = "/connections/hris/okta-scim?consumerId=\(consumer)"
    #expect(try await owner.patch(connections, ["enabled": false]).status == 200)
    #expect(try await okta.get("/Users").status == 403)
    #expect(try await owner.patch(connections, ["enabled": true]).status == 503)
    let ready = try await TestClient("http://127.0.0.1:\(short.port)", as: .nobody).get("/readyz")
    #expect(ready.status == 503 && ready.text.contains("short of disk"))
  }

  @Test(.enabled(if: SmallDisk.isPossible, "a small disk can only be mounted by root"))
  func `writes resume by themselves once there is room again`() async throws {
    let disk = try SmallDisk(mebibytes: 24)
    defer { disk.unmount() }
    let server = TestServer(
      arguments: ["--disk-reserve", "8MiB"], spool: disk.path + "/spool")
    try await server.start()
    let okta = try server.okta()
    #expect(try await okta.post("/Users", OktaUser("one@example.com").creation).status == 201)
    try disk.fill(leaving: 4 << 20)
    let isRefused = try await eventually(within: .seconds(60)) {
      let answer = try await okta.post("/Users", OktaUser("two@example.com").creation)
      return answer.status == 429 && answer.fields["Retry-After"] == "300"
    }
    #expect(isRefused)
    disk.makeRoom()
    let isTaken = try await eventually(within: .seconds(60)) {
      try await okta.post("/Users", OktaUser("three@example.com").creation).status == 201
    }
    #expect(isTaken)
    #expect(await server.stop() == .exited(0))
  }

  @Test(.enabled(if: SmallDisk.isPossible, "a small disk can only be mounted by root"))
  func `a failed write ends with 74 and everything answered is there afterwards`() async throws {
    let disk = try SmallDisk(mebibytes: 16)
    defer { disk.unmount() }
    let server = TestServer(arguments: ["--disk-reserve", "0"], spool: disk.path + "/spool")
    try await server.start()
    try disk.fill(leaving: 1 << 20)
    let pool = OktaPool(users: 2_000, writers: 4, padding: 4_000)
    await pool.push(through: try server.okta())
    #expect(await server.ended(within: .seconds(60)) == .exited(74))
    #expect(server.log.contains("nothing more is answered"))
    let answered = pool.answered
    #expect(!answered.isEmpty && answered.count < 2_000)
    disk.makeRoom()
    try await server.start()
    let listed = try await UserList.read(server.okta())
    for (userName, id) in answered { #expect(listed[userName] == [id], "\(userName)") }
    #expect(await server.stop() == .exited(0))
  }

  @Test func `a file that may not grow ends with 74 and everything answered is there afterwards`()
    async throws
  {
    let server = try await TestServer.started()
    let made = try server.made
    #expect(await server.stop() == .exited(0))
    // XFSZ ignored, so that write(2) fails with EFBIG, as it does with a quota.
    let limited = try LimitedServer(spool: server.spool, kibibytes: 256)
    let base = made.baseURL.replacing(":\(server.port)/", with: ":\(try await limited.port)/")
    let pool = OktaPool(users: 400, writers: 4, padding: 2_000)
    await pool.push(through: try TestClient(base, as: .okta(token: made.apiToken.reveal())))
    #expect(await limited.child.ending(within: .seconds(60)) == .exited(74))
    #expect(!pool.answered.isEmpty && pool.answered.count < 400)
    try await server.start()
    let listed = try await UserList.read(server.okta())
    for (userName, id) in pool.answered { #expect(listed[userName] == [id], "\(userName)") }
  }
}

/// A file system in memory that a test can fill.
private final class SmallDisk: Sendable {
  static let isPossible: Bool = {
    guard geteuid() == 0, let disk = try? SmallDisk(mebibytes: 1) else { return false }
    disk.unmount()
    return true
  }()

  private let directory = TemporaryDirectory()
  var path: String { directory.file("disk") }

  init(mebibytes: Int) throws {
    try FileSystem.makeDirectory(path)
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(mebibytes)m,mode=700") == 0 else {
      throw FileError("mount", path)
    }
  }

  /// Lazily: a process may still be ending in it.
  func unmount() { umount2(path, 2) }

  func fill(leaving bytes: UInt64) throws {
    let free = try FileSystem.space(at: path).free
    let file = fopen(path + "/filler", "w")
    defer { fclose(file) }
    let chunk = [UInt8](repeating: 0x2E, count: 65_536)
    var left = Int(free) - Int(bytes)
    while left > 0 {
      left -= fwrite(chunk, 1, min(left, chunk.count), file)
    }
  }

  func makeRoom() { unlink(path + "/filler") }
}

/// The program under a limit on the size of its files.
private final class LimitedServer: Sendable {
  let child: ChildProcess
  private let directory = TemporaryDirectory()

  init(spool: String, kibibytes: Int) throws {
    // Shells count in blocks of 512 bytes.
    let script = """
      trap '' XFSZ; ulimit -f \(kibibytes * 2); exec "$0" serve --spool "$1" \
      --listen 127.0.0.1:0 --log-format json
      """
    child = try ChildProcess(
      program: "/bin/sh", words: ["-c", script, TestServer.program, spool],
      environment: TestServer.environment, output: directory.file("log"))
  }

  deinit {
    if child.poll() == nil { child.send(signal: SIGKILL) }
    var status: Int32 = 0
    waitpid(child.pid, &status, 0)
  }

  var port: UInt16 {
    get async throws {
      var port: UInt16?
      await eventually {
        port =
          String(decoding: directory.read("log") ?? [], as: UTF8.self)
          .split(separator: "\n").filter { $0.contains(#""ready""#) }
          .compactMap { try? JSONValue(parsing: String($0))["listen"]?.string }
          .compactMap { HostPort($0)?.port }.first
        return port != nil
      }
      return try #require(port)
    }
  }
}
