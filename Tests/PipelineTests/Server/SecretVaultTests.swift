import Actors
import TestSupport
import Testing
import Transport

@testable import Pipeline

@Suite struct SecretVaultTests {
  private let directory = TemporaryDirectory()
  private let now = Timestamp(milliseconds: 1_800_000_000_000)
  private func later(_ hours: Int) -> Timestamp { now.advanced(by: .seconds(hours * 3600)) }
  private func secret(_ name: String) -> Secret {
    Secret("whsec_" + Base64.encode(name.utf8.map { $0 }))
  }

  private var file: String {
    String(decoding: directory.read("snapshots/secrets.json") ?? [], as: UTF8.self)
  }

  @Test func `a replaced secret signs for a day and is then forgotten, on disk too`() throws {
    let vault = try SecretVault(spool: directory.path)
    try vault.store(secret("old"), for: "wh_1")
    let until = try vault.rotate("wh_1", to: secret("new"), at: now)
    #expect(until == later(24))
    #expect(vault.signingKeys("wh_1", at: later(23)) == [secret("new"), secret("old")])
    #expect(vault.signingKeys("wh_1", at: later(24)) == [secret("new")])
    #expect(try !vault.forgetExpired(at: later(23)))
    #expect(file.contains(secret("old").reveal()))
    #expect(try vault.forgetExpired(at: later(24)))
    #expect(try !vault.forgetExpired(at: later(24)))
    #expect(!file.contains(secret("old").reveal()) && file.contains(secret("new").reveal()))
  }

  @Test func `a restart keeps both, and forgets what expired meanwhile`() throws {
    let vault = try SecretVault(spool: directory.path)
    try vault.store(secret("old"), for: "wh_1")
    _ = try vault.rotate("wh_1", to: secret("new"), at: now)
    let again = try SecretVault(spool: directory.path)
    #expect(again.signingKeys("wh_1", at: later(1)) == [secret("new"), secret("old")])
    #expect(again.accessKey == vault.accessKey)
    let late = try SecretVault(spool: directory.path)
    #expect(late.signingKeys("wh_1", at: later(25)) == [secret("new")])
    try late.forget(allBut: ["wh_1"], at: later(25))
    #expect(!file.contains(secret("old").reveal()))
  }

  @Test func `rotated again within the day, each goes at its own time, and five sign at most`()
    throws
  {
    let vault = try SecretVault(spool: directory.path)
    try vault.store(secret("0"), for: "wh_1")
    for number in 1...3 {
      _ = try vault.rotate("wh_1", to: secret("\(number)"), at: later(number))
    }
    #expect(vault.signingKeys("wh_1", at: later(4)) == ["3", "2", "1", "0"].map(secret))
    #expect(vault.signingKeys("wh_1", at: later(26)) == ["3", "2"].map(secret))
    for number in 4...9 { _ = try vault.rotate("wh_1", to: secret("\(number)"), at: later(4)) }
    #expect(vault.signingKeys("wh_1", at: later(5)) == ["9", "8", "7", "6", "5"].map(secret))
  }

  @Test func `a file of an earlier release is read, and one of this by it`() throws {
    let vault = try SecretVault(spool: directory.path)
    try vault.store(secret("only"), for: "wh_1")
    #expect(file.contains(#""wh_1":["\#(secret("only").reveal())"]"#))
    _ = try vault.rotate("wh_1", to: secret("new"), at: now)
    let json = try JSONValue(parsing: file)
    let texts = json["signing"]?["wh_1"]?.array?.compactMap(\.string)
    #expect(texts == [secret("new").reveal()], "what is no text is passed over there")
    #expect(try FileSystem.status(directory.file("snapshots/secrets.json"))?.mode == 0o600)
  }
}
