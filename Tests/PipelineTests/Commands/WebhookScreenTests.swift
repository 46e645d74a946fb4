import Testing
import Transport

@testable import Pipeline

struct WebhookScreenTests {
  private let now = Timestamp(milliseconds: 1_795_299_542_000)

  @Test func `webhooks are listed with what waits and what is wrong`() {
    let webhooks: [JSONValue] = [
      [
        "id": "wh_01M808Z5JS20XC2BSZK0DH54FR", "status": "Enabled",
        "deliveryUrl": "https://hooks.example.org/okta",
        "events": ["employee.created", "employee.updated"],
        "delivery": [
          "waiting": 1612, "failingSince": "2026-11-21T18:07:00.000Z",
          "lastError": "connection refused", "nextAttempt": "2026-11-21T22:31:40.000Z",
          "clockSkew": -312,
        ],
      ],
      [
        "id": "wh_01M808Z5JS20XC2BSZK0DH54FS", "status": "Disabled", "deliveryUrl": nil,
        "events": ["employee.created"], "delivery": nil,
      ],
    ]
    #expect(
      WebhookScreen.list(webhooks, now: now) == """
        webhook                        status    waiting  failing     receiver
        wh_01M808Z5JS20XC2BSZK0DH54FR  Enabled     1,612  4 h 12 min  https://hooks.example.org/okta
          employee.created employee.updated
          ! connection refused, next attempt 2026-11-21T22:31:40.000Z
          ! its clock is 312 s behind; from 300 s on signatures are refused
        wh_01M808Z5JS20XC2BSZK0DH54FS  Disabled        -  -           built-in inspector
          employee.created

        """)
  }

  @Test func `an enabled webhook is told what it missed, and what is lost`() {
    #expect(WebhookScreen.enabled(["id": "wh_b41"]) == "wh_b41 is enabled.\n")
    let missed: JSONValue = ["events": 612, "from": 41002, "to": 41614, "lost": nil]
    #expect(
      WebhookScreen.enabled(["id": "wh_b41", "missed": missed]) == """
        wh_b41 is enabled. While it was not, it missed 612 events (lines 41,002–41,614):
          webhook replay wh_b41 --missed

        """)
    let less = missed.setting("lost", to: ["from": 41002, "to": 41100])
    #expect(
      WebhookScreen.enabled(["id": "wh_b41", "missed": less]).hasSuffix(
        """
        ! lines 41,002–41,100 are no longer kept; the present state makes up for them:
          webhook snapshot wh_b41

        """))
  }

  @Test func `a snapshot that was cut off is named`() {
    let answer: JSONValue = ["events": 3, "lost": nil, "needsSnapshot": true]
    #expect(
      WebhookScreen.replayed("wh_b41", answer) == """
        3 events go to wh_b41
        ! the rest of a snapshot is lost; the present state makes up for it:
          webhook snapshot wh_b41

        """)
  }

  @Test func `a replay says how much goes where, or would`() {
    #expect(WebhookScreen.replayed("wh_b41", ["events": 1]) == "1 event goes to wh_b41\n")
    #expect(WebhookScreen.replayed("wh_b41", ["events": 1204]) == "1,204 events go to wh_b41\n")
    #expect(
      WebhookScreen.replayed("wh_b41", ["events": 2, "queued": false])
        == "2 events would go to wh_b41\n")
  }

  @Test func `dead letters are listed within 100 columns`() {
    let letter: JSONValue = [
      "name": "wh_01M8CNT38V919AD03EVZWVHF44-evt_01M8CNT41Q0KNC6XY9QPYM78EN",
      "event": "evt_01M8CNT41Q0KNC6XY9QPYM78EN", "webhook": "wh_01M8CNT38V919AD03EVZWVHF44",
      "attempts": 10, "last": "2026-11-21T18:07:00.000Z", "reason": "answered 500",
    ]
    #expect(
      DeliveryScreen.dead([letter], now: now) == """
        event                           webhook                        tries   last  why
        evt_01M8CNT41Q0KNC6XY9QPYM78EN  wh_01M8CNT38V919AD03EVZWVHF44     10  4.2 h  answered 500
        again: delivery dead retry EVENT   away: delivery dead drop EVENT

        """)
    #expect(DeliveryScreen.dead([], now: now) == "There is no dead letter.\n")
  }
}
