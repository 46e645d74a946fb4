package import Transport

/// The screens of a start, as text; secrets are on them, so they go to a terminal only.
package enum StartScreen {
  /// - Parameters:
  ///   - program: how this binary was called, for the lines to type next.
  ///   - bound: the address that listens, for a tunnel in front of it.
  ///   - isPublic: whether the Base URL is already one Okta can reach (https).
  ///   - isSecure: whether the listener itself speaks https.
  package static func first(
    version: String, spool: String, program: String, made: FirstStart, bound: HostPort,
    isPublic: Bool, isSecure: Bool = false, stages: StageTable
  ) -> String {
    let advice = isPublic ? "" : isSecure ? certificateName : publicAddress(bound: bound)
    return """
      scim-hris \(version)   created a new spool: \(spool)
      For Okta: "SCIM 2.0 Test App (Header Auth)" > Provisioning > Configure API Integration
        SCIM 2.0 Base URL     \(made.baseURL)
        OAuth Bearer Token    \(made.apiToken.reveal())   (the "API token")
      \(advice)For your server
        API                   \(made.apiURL)
        API key               \(made.apiKey.reveal())
        Webhook               built-in inspector, secret \(made.webhookSecret.reveal())
      Shown once. Lost one? `token new`, `key new`, `webhook rotate`.
      Next, in a second terminal
      \(next(program))
      \(stages.text)
      """
  }

  private static let certificateName = """
      ! Okta needs the name in the certificate: start again with --public-url https://NAME.
        The token and the end of the Base URL stay the same.

    """

  private static func publicAddress(bound: HostPort) -> String {
    """
      ! Okta needs a public https address. Put one in front and start again with --public-url:
          for an afternoon  cloudflared tunnel --url http://\(bound)
          on a VM           caddy reverse-proxy --from scim.example.com --to \(bound)
        The token and the end of the Base URL stay the same.

    """
  }

  /// The program as it was typed, or the end of its path where a line would not fit otherwise.
  private static func next(_ program: String) -> String {
    let whole = nextLines(program)
    guard whole.contains(where: { $0.count > SpoolText.width }) else {
      return whole.joined(separator: "\n")
    }
    let name = program.split(separator: "/").last.map(String.init) ?? program
    return nextLines("…/" + name).joined(separator: "\n")
  }

  private static func nextLines(_ program: String) -> [String] {
    let lines = [
      ("\(program) simulate okta --users 20", "plays Okta, no Okta needed"),
      ("\(program) events --follow", "each event and what became of it"),
    ]
    let width = (lines.map(\.0.count).max() ?? 0) + 8
    return lines.map { "  " + $0.padded(to: width) + $1 }
  }

  /// The last line of every start: "2026-11-21T22:15:39Z ready listen=127.0.0.1:8080 start=3ms".
  package static func ready(at time: Timestamp, bound: HostPort, milliseconds: Int) -> String {
    let second = time.description.prefix(19) + "Z"
    return "\(second) ready listen=\(bound) start=\(milliseconds)ms"
      + "   Ctrl-C stops, nothing is lost\n"
  }
}
