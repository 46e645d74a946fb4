import Transport

/// Why the server cannot start, as one line for a person, and what the process exits with.
struct StartFailure: Error, Sendable {
  let message: String
  let code: ExitCode

  init(_ message: String, _ code: ExitCode) {
    self.message = message
    self.code = code
  }

  init(_ error: SpoolError) {
    switch error {
    case .locked: self.init("\(error); stop it first, or name another --spool", .locked)
    case .foreignOwner(_, let owner):
      self.init("\(error); run as that user: sudo -u '#\(owner)' scim-hris", .permission)
    case .notFound(let directory):
      self.init(
        "there is no spool at \(directory), and --no-create forbids making one", .permission)
    case .notADirectory: self.init("\(error)", .usage)
    case .newerFormat: self.init("\(error); start the newer release", .newerFormat)
    case .corrupt, .acknowledgedDataMissing: self.init("\(error)", .corruptSpool)
    case .lineTooLong: self.init("\(error)", .inputOutput)
    case .file(let file): self.init(file)
    }
  }

  init(emptySpool directory: String) {
    self.init(
      "the spool at \(directory) was never set up, and --no-create forbids doing it", .permission)
  }

  init(_ error: FileError) {
    let isForbidden = error.code == 1 || error.code == 13
    self.init("\(error)", isForbidden ? .permission : .inputOutput)
  }

  /// - Parameter flag: what asked for the address; nil when nobody chose it.
  init(_ error: HTTPServerError, flag: String?) {
    switch error {
    case .addressInUse(.tcp(let host, let port)):
      let other = HostPort(host: host, port: port &+ 1)
      let advice = flag.map { "; try: scim-hris \($0) \(other)" } ?? ""
      self.init("\(error)\(advice)", .inputOutput)
    case .notPermitted(.tcp):
      self.init("\(error); ports below 1024 need CAP_NET_BIND_SERVICE", .permission)
    case .notPermitted: self.init("\(error)", .permission)
    case .notAvailable: self.init("\(error)\(flag.map { "; see \($0)" } ?? "")", .usage)
    case .addressInUse, .system: self.init("\(error)", .inputOutput)
    }
  }
}
