import Testing
import Transport

@testable import Pipeline

@Suite struct ClientScreenTests {
  private let now = Timestamp(milliseconds: 1_795_299_542_000)

  @Test func `status shows the server at a glance`() {
    let status: JSONValue = [
      "version": "0.1.0", "spool": "/var/lib/scim-hris", "listen": ["127.0.0.1:8080"],
      "startedAt": "2026-11-21T21:15:39.000Z", "publicUrl": "https://scim.example.com",
      "employees": 21, "consumers": 2, "connections": 2, "eventsWaiting": 612,
      "deadLetters": 0, "refusingWrites": nil,
      "disk": ["freeBytes": 6_549_825_126, "reserveBytes": 526_385_152],
      "hops": [["name": "1-accepted", "lastSeq": 41873, "durableSeq": 41873]],
      "webhooks": [
        [
          "id": "wh_b41", "waiting": 612, "oldest": "2026-11-21T18:07:00.000Z",
          "breakerOpen": true, "lastError": "connection refused", "nextAttempt": nil,
        ],
        ["id": "wh_a02", "waiting": 0, "breakerOpen": false],
      ],
    ]
    #expect(
      StatusCommand.screen(status, now: now) == """
        scim-hris 0.1.0   /var/lib/scim-hris   listening on 127.0.0.1:8080   up 63 min
          state     21 employees, 2 consumers, 2 connections, 2 webhooks; 612 events waiting, 0 dead letters
          public    https://scim.example.com
          disk      6.1 GiB free, reserve 502 MiB   refusing writes: no
        hop                   last     durable
        1-accepted          41,873      41,873
        ! wh_b41: 612 events wait, oldest 4 h, connection refused

        """)
  }

  @Test func `connect prints what the IT admin needs`() {
    let made: JSONValue = [
      "consumer": ["id": "csm_1", "name": "Acme"],
      "connection": [
        "id": "cnx_1", "serviceId": "okta-scim",
        "metadata": ["baseUrl": "http://127.0.0.1:8080/scim/v2/abc", "apiToken": "scimtok_X"],
      ],
    ]
    #expect(
      ConnectCommand.screen(made) == """
        Acme   consumer csm_1   connection cnx_1 (okta-scim)
          SCIM 2.0 Base URL     http://127.0.0.1:8080/scim/v2/abc
          OAuth Bearer Token    scimtok_X   (the "API token")
          ! Okta needs a public https address: start the server with --public-url.
        Shown once. Lost it? `token new`.

        """)
  }

  @Test func `secrets that are made are shown once`() {
    let token: JSONValue = [
      "id": "tok_1", "baseUrl": "https://x/scim/v2/a", "apiToken": "scimtok_X",
    ]
    #expect(
      TokenCommand.screen(token) == """
          SCIM 2.0 Base URL     https://x/scim/v2/a
          OAuth Bearer Token    scimtok_X   (the "API token")
        Shown once; its id is tok_1. Earlier tokens stay valid: `token revoke`.

        """)
    #expect(
      KeyCommand.screen(["id": "key_1", "apiKey": "apikey_X"]) == """
          API key               apikey_X
        Shown once; its id is key_1. Earlier keys stay valid: `key revoke`.

        """)
    #expect(
      WebhookCommand.added([
        "id": "wh_1", "deliveryUrl": "http://h.example/x", "signingSecret": "whsec_X",
        "events": ["employee.created", "employee.updated"],
      ]) == """
        webhook wh_1   http://h.example/x
          signing secret        whsec_X
          events                employee.created, employee.updated
        Shown once. Try it: `webhook test wh_1`.

        """)
  }

  @Test func `lists line up and name no secret`() {
    let keys: JSONValue = [
      ["id": "key_1", "prefix": "apikey_AB…", "createdAt": "2026-11-21T22:15:39.000Z"],
      ["id": "key_2", "prefix": "apikey_CD…", "createdAt": "2026-11-21T22:15:40.000Z"],
    ]
    #expect(
      ApplicationCommand.table([["id": "app_1", "name": "Portal", "keys": keys]]).text == """
        application  name    key               made
        app_1        Portal  key_1 apikey_AB…  2026-11-21T22:15:39.000Z
                             key_2 apikey_CD…  2026-11-21T22:15:40.000Z

        """)
    #expect(
      EmployeesCommand.table([
        [
          "id": "emp_1", "displayName": "Barbara Jensen", "email": "bjensen@example.com",
          "departmentName": nil, "employmentStatus": "active", "revision": 8,
        ]
      ]).text == """
        employee  name            email                department  status  rev
        emp_1     Barbara Jensen  bjensen@example.com  -           active    8

        """)
  }

  @Test func `events and attempts are one line each`() {
    let event: JSONValue = [
      "event": [
        "timestamp": "2026-11-21T22:15:44.960Z", "sequence": 331, "type": "employee.updated",
        "data": ["email": "bjensen@example.com", "active": false],
        "changedFields": ["active", "employmentStatus"], "previous": ["active": true],
      ]
    ]
    #expect(
      EventsCommand.screen(event)
        == "22:15:44.960Z    #331  employee.updated  bjensen@example.com, active true → false")
    #expect(
      EventsCommand.screen([
        "attempt": ["webhookId": "wh_1", "eventId": "evt_1", "attempt": 2, "error": "timeout"]
      ]) == "              to wh_1  evt_1  attempt 2  timeout")
    #expect(EventsCommand.screen(["missed": 7]) == "… 7 lines were missed")
  }

  @Test func `no line of events is wider than the terminal, and every result is seen`() {
    let event: JSONValue = [
      "event": [
        "timestamp": "2026-11-21T22:15:44.960Z", "sequence": 331, "type": "employee.updated",
        "data": [
          "email": "barbara.jensen-whitehorse@subsidiary.example.com",
          "departmentName": "Customer Experience and Operations",
        ],
        "changedFields": ["departmentName"], "previous": ["departmentName": "People"],
      ]
    ]
    for width in [80, 100] {
      let line = EventsCommand.screen(event, width: width)
      #expect(line.count == width && line.hasSuffix("…"), "\(line)")
    }
    #expect(EventsCommand.screen(event, width: 200).hasSuffix("Experience and Operations"))
    let attempt: JSONValue = [
      "attempt": [
        "webhookId": "wh_01M808M6NN3N7ECY3HRQ1MP9WN",
        "eventId": "evt_01M808M70WDZW70PGG734VA5V1", "attempt": 12,
        "error": "connection refused",
      ]
    ]
    let line = EventsCommand.screen(attempt)
    #expect(line.count <= 100 && line.hasSuffix("attempt 12  connection refused"), "\(line)")
  }

  @Test func `a stream is cut into lines however it arrives`() {
    var splitter = LineSplitter(bound: 8)
    #expect(splitter.take(Array("one\ntw".utf8)[...]) == ["one"])
    #expect(splitter.take(Array("o\n\nthree".utf8)[...]) == ["two", ""])
    #expect(splitter.take(Array(" is too long\nfour\n".utf8)[...]) == ["four"])
  }

  @Test func `a socket that is not there says what to do`() {
    let failure = ControlSocket.explain(.connectFailed(2), spool: "./spool")
    #expect(failure.exit == .inputOutput)
    #expect(
      failure.sentence == "No server runs on the spool ./spool. Start one with `scim-hris`, or"
        + " name another spool with --spool.")
    #expect(ControlSocket.explain(.connectFailed(13), spool: "/nowhere").exit == .permission)
  }

  @Test func `a simulation says where it goes and how to undo it`() {
    #expect(
      SimulationText.target("cnx_9d2f")
        == "into connection \"Simulator\" (cnx_9d2f), made for this; no customer's employees are"
        + " touched\n")
    let long = SimulationText.target("cnx_01M808M6NN3N7ECY3HRQ1MP9WN")
    #expect(long.contains("(cnx_01M808M6…), made") && long.count <= 101)
    var totals = CallTally.Totals()
    totals.usersDone = 2000
    func summary() -> String {
      SimulationText.summary(
        totals, elapsed: .milliseconds(2900), provider: "okta", isOwn: true)
    }
    #expect(
      summary() == "2,000 users in 2.9 s.   Take them away again: simulate okta --clean\n")
    totals.groupsDone = 12
    #expect(summary().hasPrefix("2,000 users and 12 groups in 2.9 s."))
    #expect(
      SimulationText.removed(groups: 1, users: 2) == "2 simulated users and 1 group taken away.\n")
  }
}

@Suite struct EventSubjectTests {
  @Test func `a subject is who or what an event is about, by the name people know`() {
    #expect(EventText.subject(["data": ["id": "grp_1", "name": "Engineering"]]) == "Engineering")
    #expect(EventText.subject(["data": ["webhookId": "wh_1"]]) == "wh_1")
    #expect(
      EventText.subject([
        "type": "webhook.failing", "data": ["id": "wh_1", "error": "answered 500"],
      ]) == "wh_1, answered 500")
    #expect(EventText.subject(["data": nil]) == "-")
  }

  @Test func `what strangers wrote does not reach a terminal's controls`() {
    let evil = "a\u{1B}[2J\u{7F}\u{9B}31m\u{85}\r\nb\tü"
    #expect(SpoolText.plain(evil) == "a[2J31mbü")
    let event: JSONValue = [
      "type": .init(evil), "timestamp": .init(evil), "data": ["id": .init(evil)],
    ]
    let now = Timestamp(milliseconds: 0)
    let screens = [
      EventsCommand.screen(["event": event]),
      EventsCommand.screen(["attempt": ["error": .init(evil)]]),
      EventsCommand.screen(.init(evil)), ListenScreen.waiting(for: "the server", evil),
      ReceiverScreen.line(at: now, event: event, end: evil, width: 100),
      DeliveryScreen.text(["type": .init(evil), "event": .init(evil)], bodies: false),
    ]
    for screen in screens {
      let scalars = screen.unicodeScalars.filter { $0 != "\n" }
      #expect(
        scalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }, "\(screen)")
    }
  }
}

@Suite struct CommandTreeTests {
  /// Every command with the words that lead to it.
  private func all(_ command: Command, _ path: [String]) -> [(Command, [String])] {
    [(command, path)] + command.subcommands.flatMap { all($0, path + [$0.name]) }
  }

  @Test func `the list of commands is complete`() {
    #expect(
      CommandTree.root.subcommands.map(\.name) == [
        "serve", "demo", "simulate", "status", "connect", "application", "token", "key",
        "webhook", "delivery", "events", "employees", "api", "receive", "listen", "spool",
        "doctor", "conformance", "backup", "restore", "bench", "version",
      ])
  }

  @Test func `every help screen fits 100 columns and every command runs or groups`() {
    for (command, path) in all(CommandTree.root, []) {
      let screen = CommandHelp.screen(command, path: path, invocation: nil)
      #expect(screen.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(path)")
      #expect(!command.abstract.isEmpty && !command.abstract.hasSuffix("."), "\(path)")
      #expect(command.run != nil || !command.subcommands.isEmpty, "\(path)")
      #expect(Set(command.options.map(\.name)).count == command.options.count, "\(path)")
    }
  }

  @Test func `every default is a value its own option takes`() {
    for (command, path) in all(CommandTree.root, []) {
      for option in command.options {
        guard let fallback = option.fallback else { continue }
        #expect(option.value.expectation(unmetBy: fallback) == nil, "\(path) \(option.name)")
      }
    }
  }
}
