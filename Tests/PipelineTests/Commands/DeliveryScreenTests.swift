import Testing
import Transport

@testable import Pipeline

struct DeliveryScreenTests {
  private let webhook: JSONValue = [
    "id": "wh_01M808Z5JS20XC2BSZK0DH54FR", "status": "Enabled",
    "deliveryUrl": "https://hooks.example.org/okta",
  ]

  private var durations: JSONValue {
    let text = #"{"dns":0.1,"connect":0.25,"firstByte":12.9,"total":14.2}"#
    return (try? JSONValue(parsing: text)) ?? .null
  }

  private func attempt(_ result: String, status: Int?) -> JSONValue {
    var attempt: JSONValue = [
      "id": "dlv_01M808M70WDZW70PGG734VA5V1", "time": "2026-11-26T22:15:39.201Z",
      "event": "evt_01M808M70WDZW70PGG734VA5V1", "type": "employee.updated",
      "webhook": "wh_01M808Z5JS20XC2BSZK0DH54FR", "key": "emp_01M808M7", "seq": 12,
      "attempt": 2, "trigger": "schedule", "result": JSONValue(result), "address": "203.0.113.7",
      "durations": durations,
    ]
    if let status {
      attempt = attempt.setting("status", to: JSONValue(status))
    } else {
      attempt = attempt.setting("error", to: "connection refused")
      attempt = attempt.setting("next", to: "2026-11-26T22:20:39.000Z")
    }
    return attempt
  }

  @Test func `attempts are listed under their webhook within 100 columns`() {
    let screen = DeliveryScreen.list([
      (webhook, [attempt("delivered", status: 200), attempt("retry", status: nil)]), (webhook, []),
    ])
    #expect(
      screen == """
        wh_01M808Z5JS20XC2BSZK0DH54FR   Enabled   https://hooks.example.org/okta
        ended            delivery                        type              try  result     answer
        11-26 22:15:39Z  dlv_01M808M70WDZW70PGG734VA5V1  employee.updated    2  delivered  200  14 ms
        11-26 22:15:39Z  dlv_01M808M70WDZW70PGG734VA5V1  employee.updated    2  retry      connection refus…
        in full: delivery show DELIVERY   once more: delivery redeliver DELIVERY

        """)
    #expect(screen.split(separator: "\n").allSatisfy { $0.count <= 100 })
    #expect(DeliveryScreen.list([(webhook, [])]) == "There is no such attempt.\n")
  }

  private static let head: JSONValue = .init(
    "HTTP/1.1 500 Internal Server Error\r\nDate: Thu, 26 Nov 2026 22:15:39 GMT\r\n"
      + "Content-Length: 9\r\n\r\n")

  @Test func `one is shown with its request and its answer, which cannot move the cursor`() {
    let full = attempt("retry", status: 500)
      .setting("next", to: "2026-11-26T22:20:39.000Z")
      .setting(
        "request",
        to: [
          "url": "https://hooks.example.org/okta", "head": "POST /okta HTTP/1.1\nHost: x\n",
          "body": ["id": "evt_1"],
        ]
      )
      .setting("response", to: ["head": Self.head, "body": "ha\u{1B}[2J\r\nha\u{9B}"])
    #expect(
      DeliveryScreen.text(full, bodies: false) == """
        dlv_01M808M70WDZW70PGG734VA5V1   attempt 2   employee.updated
          event     evt_01M808M70WDZW70PGG734VA5V1   emp_01M808M7
          webhook   wh_01M808Z5JS20XC2BSZK0DH54FR
          to        https://hooks.example.org/okta
          address   203.0.113.7
          ended     2026-11-26T22:15:39.201Z   by schedule
          result    retry, next 2026-11-26T22:20:39.000Z
          answer    500  14 ms
          took      dns 0.1, connect 0.3, firstByte 12.9, total 14.2 ms
          request
            POST /okta HTTP/1.1
            Host: x

            (the event: --bodies)
          response
            HTTP/1.1 500 Internal Server Error
            Date: Thu, 26 Nov 2026 22:15:39 GMT
            Content-Length: 9

            ha[2J
            ha

        """)
    #expect(DeliveryScreen.text(full, bodies: true).contains("      \"id\": \"evt_1\"\n"))
  }
}
