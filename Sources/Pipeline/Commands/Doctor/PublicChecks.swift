import Actors
package import Transport

/// Does the public address lead here, the way Okta will come?
package enum PublicChecks {
  private static let day = 86_400
  /// Renewals are due a month ahead; later than this somebody has to look.
  private static let soon = 14 * day

  package static func scheme(_ url: HTTPURL) -> DoctorFinding? {
    guard url.scheme == .http else { return nil }
    return .bad(
      "public", "\(url) is no https address",
      "Okta only talks to https: see \"A public https address\" in the README.")
  }

  package static func name(_ host: String, _ addresses: [IPAddress]) -> DoctorFinding {
    guard let first = addresses.first else {
      return .bad("public", "\(host) has no address", "Make a DNS record for it, or correct it.")
    }
    let shown = addresses.map(\.description).prefix(3).joined(separator: ", ")
    guard case .failure = AddressPolicy().judge(addresses, port: 443) else {
      return .ok("public", "\(host) is \(shown)")
    }
    return .warning(
      "public", "\(host) is \(shown) here",
      "\(first.isLoopback ? "Nobody else" : "Okta") can reach that: it must have a public address.")
  }

  package static func judge(
    _ result: Result<TLSInspection, TLSInspection.Failure>, address: IPAddress, port: UInt16
  ) -> DoctorFinding {
    switch result {
    case .failure(.connect(let error)):
      return .bad(
        "public", "\(place(address, port)): \(words(error))",
        "Is the proxy up, and the port open to the world?")
    case .failure(.tls(let failure)):
      return .bad("certificate", "\(failure)", advice(failure))
    case .success(let found): return judge(found)
    }
  }

  /// One address of a name of which another one is well.
  package static func astray(
    _ failure: TLSInspection.Failure, address: IPAddress, port: UInt16
  ) -> DoctorFinding {
    let why =
      switch failure {
      case .connect(let error): words(error)
      case .tls(let failure): "\(failure)"
      }
    return .warning(
      "public", "\(place(address, port)): \(why)",
      "Another address is well. Mend this one, or take it out of DNS: callers may try it first.")
  }

  private static func place(_ address: IPAddress, _ port: UInt16) -> String {
    address.isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
  }

  private static func words(_ error: SocketError) -> String {
    switch error {
    case .system(let code): SystemErrorText.describe(code)
    case .timedOut: "no connection within the time allowed"
    case .closed: "the connection was closed"
    }
  }

  private static func advice(_ failure: TLSFailure) -> String {
    switch failure {
    case .certificate(.unknownAuthority(_, isComplete: false)):
      "Serve the whole chain (fullchain.pem): Okta fetches no missing intermediate."
    case .certificate(.unknownAuthority), .certificate(.selfSigned):
      "Okta knows public authorities only: take one of theirs, such as Let's Encrypt."
    case .certificate(.expired): "Renew it, and let the proxy or the server read it again."
    case .certificate(.hostname), .certificate(.address):
      "Get a certificate for the name in --public-url."
    case .noLibrary: "Install it (Debian: libssl3), or ask from another machine."
    case .noAuthorities: "apt-get install ca-certificates"
    default: "See what answers there: openssl s_client -connect HOST:443 -servername HOST"
    }
  }

  private static func judge(_ found: TLSInspection) -> DoctorFinding {
    let days = found.secondsLeft / day
    let count = SpoolText.count(found.certificates, "certificate")
    let text = "\(found.version), \(count) sent, valid for \(SpoolText.count(days, "day")) more"
    if found.secondsLeft < soon {
      return .warning("certificate", text, "Renew it; is the renewal still running?")
    }
    if found.certificates < 2 {
      return .warning(
        "certificate", text, "Serve the whole chain, unless a root signed this one itself.")
    }
    return .ok("certificate", text)
  }
}

// MARK: - Answers

extension PublicChecks {
  /// A call without a token, to a connection that is there.
  package static func stranger(
    status: Int, fields: HTTPFields, body: [UInt8]
  ) -> DoctorFinding {
    if let redirect = redirect(status, fields) { return redirect }
    let detail = (try? JSONValue(parsing: body))?["detail"]?.string
    switch (status, detail) {
    case (401, SCIMError.noToken.detail):
      return .ok("answer", "401 with a SCIM error, as it should be without a token")
    case (404, SCIMError.noConnection.detail):
      return .bad(
        "answer", "a scim-hris that does not know this Base URL",
        "The proxy leads to another server, or another spool.")
    case (429, _?):
      return .warning("answer", "429: \(detail ?? "")", "Ask again in a minute.")
    default:
      let kind = fields["Content-Type"].map { ", \($0)" } ?? ""
      return .bad(
        "answer", "\(status)\(kind), where a 401 of ours should be",
        "Something else answers: let the proxy pass everything below /scim/.")
    }
  }

  /// A call with a token that is none: only our own words show that the field came through.
  package static func bearer(
    status: Int, fields: HTTPFields, body: [UInt8]
  ) -> DoctorFinding {
    let detail = (try? JSONValue(parsing: body))?["detail"]?.string ?? ""
    if status == 401, detail.contains("is not valid") {
      return .ok("token", "the Authorization field comes through")
    }
    if status == 401, detail.hasPrefix("Send Authorization") {
      return .bad(
        "token", "the Authorization field is lost on the way",
        "Let the proxy pass it, and check no password of its own.")
    }
    return .warning(
      "token", "/api is not reached through the public address (\(status))",
      "That may be on purpose; so it was not tried whether Authorization comes through.")
  }

  private static func redirect(_ status: Int, _ fields: HTTPFields) -> DoctorFinding? {
    guard (300..<400).contains(status) else { return nil }
    let target = fields["Location"] ?? "somewhere"
    return .bad(
      "answer", "\(status), redirected to \(SpoolText.clipped(target, to: 50))",
      "Identity providers do not follow: --public-url must name what answers.")
  }
}
