import Synchronization
import Transport

/// Signing secrets and the key of access tokens, in one 0600 file beside the snapshots.
///
/// They are kept out of every hop, so that a spool can be copied and read without giving anything
/// away that signs. A secret is on disk before the record that names its webhook.
final class SecretVault: Sendable {
  private struct Contents {
    /// By webhook, newest first.
    var signing: [String: [Secret]] = [:]
    var accessKey: Secret
  }

  private let path: String
  private let contents: Mutex<Contents>

  /// Blocking. Makes the file when there is none.
  ///
  /// - Parameter spool: the spool's directory.
  init(spool: String) throws(FileError) {
    let directory = spool + "/snapshots"
    _ = try FileSystem.makeDirectory(directory)
    path = directory + "/secrets.json"
    let stored = try FileSystem.status(path) == nil ? nil : FileSystem.contents(of: path)
    guard let stored else {
      contents = Mutex(Contents(accessKey: Secret(Random.token(prefix: "", characters: 43))))
      try save(contents.withLock { $0 })
      return
    }
    guard let json = try? JSONValue(parsing: stored), let key = json["accessKey"]?.string else {
      throw FileError("read", path, code: 74)
    }
    var signing: [String: [Secret]] = [:]
    for member in json["signing"]?.object?.members ?? [] {
      signing[member.name] = member.value.array?.compactMap(\.string).map { Secret($0) }
    }
    contents = Mutex(Contents(signing: signing, accessKey: Secret(key)))
  }

  var accessKey: [UInt8] { contents.withLock { Array($0.accessKey.reveal().utf8) } }

  /// What a webhook signs with, newest first.
  func signingKeys(_ webhook: String) -> [Secret] {
    contents.withLock { $0.signing[webhook] ?? [] }
  }

  /// Blocking: returns once the secret is on disk.
  func store(_ secret: Secret, for webhook: String) throws(FileError) {
    var next = contents.withLock { $0 }
    next.signing[webhook] = [secret]
    try save(next)
    contents.withLock { $0.signing[webhook] = [secret] }
  }

  /// Blocking. Forgets what no webhook signs with any longer.
  func forget(allBut webhooks: Set<String>) throws(FileError) {
    var next = contents.withLock { $0 }
    let stale = next.signing.keys.filter { !webhooks.contains($0) }
    guard !stale.isEmpty else { return }
    for webhook in stale { next.signing[webhook] = nil }
    try save(next)
    contents.withLock { [signing = next.signing] in $0.signing = signing }
  }

  private func save(_ contents: Contents) throws(FileError) {
    let signing = contents.signing.sorted { $0.key < $1.key }.map { webhook, secrets in
      JSONObject.Member(
        name: webhook, value: .array(secrets.map { JSONValue($0.reveal()) }))
    }
    let json: JSONValue = [
      "accessKey": JSONValue(contents.accessKey.reveal()),
      "signing": .object(JSONObject(signing)),
    ]
    try FileSystem.replace(path, with: json.bytes)
  }
}
