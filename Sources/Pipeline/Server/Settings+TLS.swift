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

extension StartFailure {
  /// A wrong file is a wrong command line: starting again changes nothing.
  init(_ error: TLSFailure, flag: String) {
    switch error {
    case .noLibrary:
      self.init("\(flag) needs OpenSSL's \(OpenSSL.name), which is not on this machine", .usage)
    default: self.init("\(flag) \(error)", .usage)
    }
  }
}
