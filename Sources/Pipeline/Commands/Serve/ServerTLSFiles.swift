/// Where the certificate and the key of our own listener are: both, or there is no TLS.
package struct ServerTLSFiles: Sendable, Equatable {
  package var certificates: String
  package var key: String

  package init(certificates: String, key: String) {
    self.certificates = certificates
    self.key = key
  }

  /// Nil when neither is given.
  init?(_ invocation: Invocation) throws(UsageError) {
    switch (invocation.text("tls-certificate"), invocation.text("tls-key")) {
    case (nil, nil): return nil
    case (let certificates?, let key?): self.init(certificates: certificates, key: key)
    case (_?, nil): throw .conflict("The option '--tls-certificate' needs '--tls-key' beside it.")
    case (nil, _?): throw .conflict("The option '--tls-key' needs '--tls-certificate' beside it.")
    }
  }
}
