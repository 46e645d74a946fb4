import Synchronization
import Transport

/// Signing secrets and the key of access tokens, in one 0600 file beside the snapshots.
///
/// They are kept out of every hop, so that a spool can be copied and read without giving anything
/// away that signs. A secret is on disk before the record that names its webhook.
final class SecretVault: Sendable {
  /// How long a secret that was replaced goes on signing beside the new one.
  static let overlap = Duration.seconds(24 * 3600)
  /// Secrets of one webhook; each costs a signature in every attempt.
  private static let most = 5

  fileprivate struct SigningKey {
    var secret: Secret
    /// When it is forgotten; nil for the one in force.
    var until: Timestamp?

    func signs(at now: Timestamp) -> Bool { until.map { $0 > now } ?? true }
  }

  private struct Contents {
    /// By webhook, newest first.
    var signing: [String: [SigningKey]] = [:]
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
    var signing: [String: [SigningKey]] = [:]
    for member in json["signing"]?.object?.members ?? [] {
      signing[member.name] = member.value.array?.compactMap { SigningKey($0) }
    }
    contents = Mutex(Contents(signing: signing, accessKey: Secret(key)))
  }

  var accessKey: [UInt8] { contents.withLock { Array($0.accessKey.reveal().utf8) } }

  /// What a webhook signs with, newest first.
  func signingKeys(_ webhook: String, at now: Timestamp = .now) -> [Secret] {
    contents.withLock { contents in
      (contents.signing[webhook] ?? []).filter { $0.signs(at: now) }.map(\.secret)
    }
  }
}

// MARK: - Changes, on one thread only

extension SecretVault {
  /// Blocking: returns once the secret is on disk.
  func store(_ secret: Secret, for webhook: String) throws(FileError) {
    try put([SigningKey(secret: secret)], for: webhook)
  }

  /// Blocking: the new secret signs from now on, the one before for `overlap` beside it.
  ///
  /// - Returns: until when that one does.
  func rotate(
    _ webhook: String, to secret: Secret, at now: Timestamp = .now
  ) throws(FileError) -> Timestamp {
    let until = now.advanced(by: Self.overlap)
    let before = contents.withLock { $0.signing[webhook] ?? [] }.filter { $0.signs(at: now) }
    let replaced = before.map { SigningKey(secret: $0.secret, until: $0.until ?? until) }
    try put(Array(([SigningKey(secret: secret)] + replaced).prefix(Self.most)), for: webhook)
    return until
  }

  /// Blocking. Forgets what no webhook signs with any longer.
  func forget(allBut webhooks: Set<String>, at now: Timestamp = .now) throws(FileError) {
    try change { signing in
      signing = signing.filter { webhooks.contains($0.key) }
      Self.expire(&signing, at: now)
    }
  }

  /// Blocking when there is something to forget.
  ///
  /// - Returns: whether there was.
  func forgetExpired(at now: Timestamp = .now) throws(FileError) -> Bool {
    let isDue = contents.withLock { contents in
      contents.signing.values.contains { keys in keys.contains { !$0.signs(at: now) } }
    }
    if isDue { try change { Self.expire(&$0, at: now) } }
    return isDue
  }

  private static func expire(_ signing: inout [String: [SigningKey]], at now: Timestamp) {
    signing = signing.mapValues { keys in keys.filter { $0.signs(at: now) } }
  }

  private func put(_ keys: [SigningKey], for webhook: String) throws(FileError) {
    try change { $0[webhook] = keys }
  }

  /// Memory follows the disk, so that nothing signs with what a restart would not know.
  private func change(
    _ body: (inout [String: [SigningKey]]) -> Void
  ) throws(FileError) {
    var next = contents.withLock { $0 }
    body(&next.signing)
    try save(next)
    contents.withLock { [signing = next.signing] in $0.signing = signing }
  }

  private func save(_ contents: Contents) throws(FileError) {
    let signing = contents.signing.sorted { $0.key < $1.key }.map { webhook, keys in
      JSONObject.Member(name: webhook, value: .array(keys.map(\.json)))
    }
    let json: JSONValue = [
      "accessKey": JSONValue(contents.accessKey.reveal()),
      "signing": .object(JSONObject(signing)),
    ]
    try FileSystem.replace(path, with: json.bytes)
  }
}

extension SecretVault.SigningKey {
  /// A text is the secret in force, as in files of earlier releases.
  fileprivate init?(_ json: JSONValue) {
    if let text = json.string {
      self.init(secret: Secret(text))
    } else if let text = json["secret"]?.string,
      let until = json["until"]?.string.flatMap({ Timestamp(parsing: $0) })
    {
      self.init(secret: Secret(text), until: until)
    } else {
      return nil
    }
  }

  fileprivate var json: JSONValue {
    let text = JSONValue(secret.reveal())
    return until.map { ["secret": text, "until": JSONValue($0.description)] } ?? text
  }
}
