import Pipeline
import Testing
import Transport

@Suite struct StartScreenTests {
  private let made = FirstStart(
    baseURL: "http://127.0.0.1:8080/scim/v2/k3v7q2m9x4tc8w5n",
    apiToken: Secret("scimtok_EXAMPLEexampleEXAMPLEexampleEXAMPLEexample1"),
    apiURL: "http://127.0.0.1:8080/api",
    apiKey: Secret("apikey_EXAMPLEexampleEXAMPLEexampleEXAMPLEexample2"),
    applicationId: "app_1", consumerId: "csm_1", connectionId: "cnx_1", webhookId: "wh_1",
    webhookSecret: Secret("whsec_EXAMPLEexampleEXAMPLEexample3"))
  private let bound = HostPort(host: "127.0.0.1", port: 8080)

  private func stages() throws -> StageTable {
    let machine = Machine(memory: 4 << 30, processors: 2)
    let serve = Command("serve", abstract: "", options: ServeOptions.table(for: machine))
    let settings = try Settings(Invocation(command: serve, path: ["serve"]))
    return StageTable(settings, syncMilliseconds: 0.06, freeBytes: 6_549_825_126)
  }

  private func first(
    isPublic: Bool, isSecure: Bool = false, program: String = ".build/release/scim-hris"
  ) throws -> String {
    StartScreen.first(
      version: "0.1.0", spool: "/srv/scim-hris/spool", program: program,
      made: made, bound: bound, isPublic: isPublic, isSecure: isSecure, stages: try stages())
  }

  @Test func `with a certificate of its own it asks for the name in it, not for a proxy`() throws {
    let screen = try first(isPublic: false, isSecure: true)
    #expect(
      screen.contains(
        """
          ! Okta needs the name in the certificate: start again with --public-url https://NAME.
            The token and the end of the Base URL stay the same.
        For your server
        """))
    #expect(!screen.contains("cloudflared") && !screen.contains("caddy"))
    #expect(try first(isPublic: true, isSecure: true) == first(isPublic: true))
  }

  @Test func `the first start shows what Okta and the application need`() throws {
    let screen = try first(isPublic: false)
    #expect(
      screen == """
        scim-hris 0.1.0   created a new spool: /srv/scim-hris/spool
        For Okta: "SCIM 2.0 Test App (Header Auth)" > Provisioning > Configure API Integration
          SCIM 2.0 Base URL     http://127.0.0.1:8080/scim/v2/k3v7q2m9x4tc8w5n
          OAuth Bearer Token    \(made.apiToken.reveal())   (the "API token")
          ! Okta needs a public https address. Put one in front and start again with --public-url:
              for an afternoon  cloudflared tunnel --url http://127.0.0.1:8080
              on a VM           caddy reverse-proxy --from scim.example.com --to 127.0.0.1:8080
            The token and the end of the Base URL stay the same.
        For your server
          API                   http://127.0.0.1:8080/api
          API key               apikey_EXAMPLEexampleEXAMPLEexampleEXAMPLEexample2
          Webhook               built-in inspector, secret whsec_EXAMPLEexampleEXAMPLEexample3
        Shown once. Lost one? `token new`, `key new`, `webhook rotate`.
        Next, in a second terminal
          .build/release/scim-hris simulate okta --users 20        plays Okta, no Okta needed
          .build/release/scim-hris events --follow                 each event and what became of it
        stage           lanes  queue  flag                            disk: fdatasync 0.06 ms, 6.1 GiB free
        ingress             1    512  --loops, --max-connections
        authentication      1   1024  (one worker, always)
        mapping             4   1024  --mapping-lanes
        state store         1   1024  (one writer, always)
        delivery          128      4  --delivery-concurrency, --webhook-window (per webhook)

        """)
    #expect(screen.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test func `a long path to the program is shortened to its end`() throws {
    let path = "/home/somebody/projects/scim-hris/.build/x86_64-unknown-linux-gnu/release/scim-hris"
    let screen = try first(isPublic: true, program: path)
    #expect(screen.contains("  …/scim-hris events --follow    "))
    #expect(screen.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test func `with a public address there is no advice to get one`() throws {
    let screen = try first(isPublic: true)
    #expect(!screen.contains("cloudflared"))
    #expect(screen.contains("(the \"API token\")\nFor your server\n"))
  }

  @Test func `the ready line ends every start`() {
    #expect(
      StartScreen.ready(
        at: Timestamp(milliseconds: 1_795_299_339_123), bound: bound, milliseconds: 3)
        == "2026-11-21T22:15:39Z ready listen=127.0.0.1:8080 start=3ms"
        + "   Ctrl-C stops, nothing is lost\n")
  }

  private func found() -> SpoolFound {
    let now = Timestamp(milliseconds: 1_795_299_542_000)
    var found = SpoolFound(lastStop: .clean(now.advanced(by: .seconds(-240))))
    (found.employees, found.consumers, found.webhooks) = (21, 2, 2)
    found.connections = [
      .init(
        serviceId: "okta-scim", baseURL: "https://scim.example.com/scim/v2/k3v7q2m9x4tc8w5n",
        tokenPrefix: "scimtok_EXAM", lastUsed: now.advanced(by: .seconds(-180))),
      .init(
        serviceId: "entra-scim", baseURL: "https://scim.example.com/scim/v2/b4",
        tokenPrefix: "scimtok_QRST", lastUsed: nil),
    ]
    return found
  }

  private func again(_ found: SpoolFound) -> String {
    StartScreen.again(
      version: "0.1.0", spool: "/srv/scim-hris/spool", apiURL: "https://scim.example.com/api",
      found: found, now: Timestamp(milliseconds: 1_795_299_542_000))
  }

  @Test func `a later start shows what was found and no secret`() {
    #expect(
      again(found()) == """
        scim-hris 0.1.0   opened spool: /srv/scim-hris/spool   (last stop: clean, 4 min ago)
          state     21 employees, 2 consumers, 2 connections, 2 webhooks; 0 events waiting, 0 dead letters
          Okta      https://scim.example.com/scim/v2/k3v7q2m9x4tc8w5n  token scimtok_EXAM… used 3 min ago
          Entra     https://scim.example.com/scim/v2/b4  token scimtok_QRST… never used
          API       https://scim.example.com/api   (secrets are not shown again: `token new`, `key new`)

        """)
  }

  @Test func `after a crash the time and what was recovered are shown`() {
    var found = found()
    found.lastStop = .crash(Timestamp(milliseconds: 1_795_299_520_500))
    (found.tornLines, found.writesRunAgain) = (1, 2)
    found.connections = []
    #expect(
      again(found).hasPrefix(
        """
        scim-hris 0.1.0   opened spool: /srv/scim-hris/spool   (last stop: crash at 22:18:40Z)
          recovered 1 torn line cut, kept in torn/; 2 accepted writes run again
          state     21 employees, 2 consumers, 0 connections,
        """))
  }

  @Test func `the credentials file holds all nine values and can be read back`() throws {
    let credentials = made.credentials
    #expect(
      credentials.members.map(\.name) == [
        "baseUrl", "apiToken", "apiKey", "applicationId", "consumerId", "connectionId",
        "webhookId", "webhookSecret", "apiUrl",
      ])
    let read = try #require(FirstStart(credentials: .object(credentials)))
    #expect(read.credentials == credentials)
    #expect(FirstStart(credentials: ["baseUrl": "x"]) == nil)
  }
}
