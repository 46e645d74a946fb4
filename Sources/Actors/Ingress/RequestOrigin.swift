package import Transport

/// Who really called, and under which address we are known: what a reverse proxy tells us, when
/// it is one we trust.
package struct RequestOrigin: Sendable {
  /// Without a trailing slash; nil until somebody names it.
  private let publicURL: String?
  private let trustedProxies: [IPNetwork]
  /// Whether we speak TLS ourselves.
  private let isSecure: Bool

  package init(publicURL: String?, trustedProxies: [IPNetwork], isSecure: Bool = false) {
    self.publicURL = publicURL
    self.isSecure = isSecure
    self.trustedProxies = trustedProxies
  }

  /// The rightmost address of `X-Forwarded-For` that is not a trusted proxy, if a proxy sent it.
  package func client(of request: HTTPRequest) -> String {
    guard case .ip(let address, _) = request.peer else { return "local" }
    guard trusts(address) else { return address.description }
    let hops = request.fields.all("X-Forwarded-For").joined(separator: ",").split(separator: ",")
    for hop in hops.reversed() {
      guard let candidate = IPAddress(parsing: hop.filter { $0 != " " }) else { break }
      if !trusts(candidate) { return candidate.description }
    }
    return address.description
  }

  /// "https://scim.example.com": as configured, else as the caller addressed us.
  package func publicURL(of request: HTTPRequest) -> String {
    if let publicURL { return publicURL }
    let host = request.fields["Host"] ?? "localhost"
    guard case .ip(let address, _) = request.peer, trusts(address),
      request.fields["X-Forwarded-Proto"]?.lowercased() == "https"
    else { return (isSecure ? "https://" : "http://") + host }
    return "https://" + (request.fields["X-Forwarded-Host"] ?? host)
  }

  private func trusts(_ address: IPAddress) -> Bool {
    trustedProxies.contains { $0.contains(address) }
  }
}
