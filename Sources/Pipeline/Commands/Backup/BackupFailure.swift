import Transport

/// Words and exit codes for what backing up and restoring run into.
enum BackupFailure {
  static func report(_ error: BackupError, in directory: String) -> ExitCode {
    if case .damaged(let findings) = error {
      for finding in findings.prefix(20) { complain(SpoolVerifyScreen.words(finding)) }
      complain("what was kept is damaged; nothing was made of it")
    } else if case .spool(.file(let file)) = error, !file.path.hasPrefix(directory) {
      complain("\(file)")
    } else if case .spool(let spool) = error {
      complain(SpoolCommand.words(spool, directory: directory, path: ["backup"]))
    } else {
      complain("\(error)")
    }
    return code(error)
  }

  static func code(_ error: BackupError) -> ExitCode {
    switch error {
    case .spool(let error): SpoolCommand.code(error)
    case .notABackup, .damaged, .unfinished, .ahead: .corruptSpool
    case .exists, .otherSpool: .usage
    case .restless: .inputOutput
    }
  }

  static func complain(_ text: String) { Terminal.write("Error: \(text)\n", to: .error) }
}

/// What `backup` says once it is done.
enum BackupScreen {
  static func text(_ manifest: BackupManifest, _ path: String) -> String {
    let lines = manifest.last.map { "\($0.hop) \(SpoolText.grouped($0.seq))" }
    return "\(path)   through " + lines.joined(separator: ", ") + "\n"
  }

  static func json(_ manifest: BackupManifest, _ path: String) -> JSONValue {
    var last = JSONObject()
    for line in manifest.last { last[line.hop] = JSONValue(Int(clamping: line.seq)) }
    return [
      "file": .init(path), "created": .init(manifest.created.description),
      "instance": .init(manifest.instance), "epoch": .init(manifest.epoch),
      "format": .init(manifest.format), "last": .object(last),
    ]
  }
}
