import Actors
import Transport

/// The certificates a start was given files of.
extension Settings {
  /// Whom webhooks believe. Files that cannot be used end the start; a machine without OpenSSL or
  /// without roots only fails those who send to https.
  func trust() throws(StartFailure) -> TLSTrust {
    let trust = TLSTrust(files: webhookAuthorities)
    if webhookAuthorities.isEmpty { return trust }
    do throws(TLSFailure) { try trust.check() } catch {
      throw StartFailure(error, flag: "--webhook-ca")
    }
    return trust
  }
}

extension Settings {
  /// Who our own listener is; nil without TLS.
  func identity() throws(StartFailure) -> TLSIdentity? {
    guard let tls else { return nil }
    do throws(TLSFailure) {
      return try TLSIdentity(certificates: tls.certificates, key: tls.key)
    } catch {
      throw StartFailure(error, flag: error.isAbout(tls.key) ? "--tls-key" : "--tls-certificate")
    }
  }
}

extension TLSFailure {
  fileprivate func isAbout(_ path: String) -> Bool {
    switch self {
    case .unreadable(path, _), .file(path, _): true
    default: false
    }
  }
}

extension StartFailure {
  /// A wrong file is a wrong command line: starting again changes nothing.
  init(_ error: TLSFailure, flag: String) {
    switch error {
    case .noLibrary:
      self.init("\(flag) needs OpenSSL's \(OpenSSL.name), which is not on this machine", .usage)
    // EPERM, EACCES.
    case .unreadable(_, 1), .unreadable(_, 13): self.init("\(flag) \(error)", .permission)
    default: self.init("\(flag) \(error)", .usage)
    }
  }
}
