import Glibc
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// Snapshots that a disk spoils: one alone never costs a start, and what it made up is never shown.
@Suite struct SnapshotStartTests {
  private static let arguments = [
    "--snapshot-every", "15", "--segment-bytes", "8KiB", "--spool-keep", "0s",
    "--events-keep", "0s",
  ]

  /// A stopped server's spool with two snapshots, and whom it has.
  private func filled() async throws -> (TestServer, [String], SnapshotFiles) {
    let server = try await TestServer.started(Self.arguments)
    let okta = try server.okta()
    var ids: [String] = []
    let files = SnapshotFiles(spool: server.spool)
    for number in 0..<60 {
      let user = OktaUser("snapshot\(number)@example.com").creation
      ids.append(try #require(try await okta.post("/Users", user)["id"]?.string))
      if number > 40, try files.numbers().count == 2 { break }
      if number % 10 == 9 { try await Task.sleep(for: .milliseconds(60)) }
    }
    await eventually { (try? files.numbers().count) == 2 }
    #expect(await server.stop() == .exited(0))
    return (server, ids, files)
  }

  private func spoil(_ path: String, at offset: Int) throws {
    var bytes = try FileSystem.contents(of: path)
    bytes[offset < 0 ? bytes.count + offset : offset] ^= 0x01
    let file = try File(path, .creating)
    try file.write(bytes)
  }

  private func expectEverybody(_ ids: [String], at server: TestServer) async throws {
    let okta = try server.okta()
    for id in ids { #expect(try await okta.get("/Users/\(id)").status == 200) }
  }

  @Test(arguments: [0, 1], [30, 2000, -30])
  func `one damaged snapshot costs nothing, the older or the newer`(
    _ which: Int, _ offset: Int
  ) async throws {
    let (server, ids, files) = try await filled()
    let number = try files.numbers()[which]
    try spoil(files.path(number), at: offset)
    try await server.start()
    try await expectEverybody(ids, at: server)
    #expect(await server.stop() == .exited(0))
    try await server.start()
    try await expectEverybody(ids, at: server)
    #expect(await server.stop() == .exited(0))
  }

  @Test func `what a disk changes under a running server ends it and is not shown`() async throws {
    let (server, ids, files) = try await filled()
    try await server.start()
    let newest = try #require(try files.numbers().last)
    let path = files.path(newest)
    let bytes = try FileSystem.contents(of: path)
    let name = Array("snapshot0@example.com".utf8)
    let place = try #require(
      bytes.indices.first {
        $0 + name.count <= bytes.count && bytes[$0] == name[0]
          && Array(bytes[$0..<$0 + name.count]) == name
      })
    let descriptor = open(path, O_WRONLY)
    defer { close(descriptor) }
    #expect(pwrite(descriptor, "S", 1, off_t(place)) == 1)
    let okta = try server.okta()
    let answer = try? await okta.get("/Users/\(ids[0])")
    #expect(answer?.status != 200)
    #expect(await server.ended(within: .seconds(20)) == .exited(65))
  }
}
