import Testing
import Transport

@testable import Actors

@Suite struct BreakerTests {
  let start = Timestamp(milliseconds: 1_000_000_000)

  func after(_ seconds: Int) -> Timestamp { start.advanced(by: .seconds(seconds)) }

  func opened() -> Breaker {
    var breaker = Breaker()
    for _ in 0..<5 { breaker.failed(transport: true, probe: false, at: start) }
    return breaker
  }

  @Test func `five failures without an answer in a row open it`() {
    var breaker = Breaker()
    for _ in 0..<4 { breaker.failed(transport: true, probe: false, at: start) }
    #expect(breaker.admission(at: start) == .send)
    breaker.succeeded(at: start)
    for _ in 0..<4 { breaker.failed(transport: true, probe: false, at: start) }
    #expect(breaker.admission(at: start) == .send)
    breaker.failed(transport: true, probe: false, at: start)
    #expect(breaker.admission(at: start) == .wait)
  }

  @Test func `seven of ten bad answers within five minutes open it`() {
    var breaker = Breaker()
    for _ in 0..<3 { breaker.succeeded(at: start) }
    for _ in 0..<6 { breaker.failed(transport: false, probe: false, at: after(60)) }
    #expect(breaker.isClosed)
    breaker.failed(transport: false, probe: false, at: after(61))
    #expect(!breaker.isClosed)
  }

  @Test func `old failures are forgotten`() {
    var breaker = Breaker()
    for _ in 0..<9 { breaker.failed(transport: false, probe: false, at: start) }
    breaker.failed(transport: false, probe: false, at: after(400))
    #expect(breaker.isClosed)
  }

  @Test func `one probe after thirty seconds, then twice as long, up to a quarter of an hour`() {
    var breaker = opened()
    var now = start
    for wait in [30, 60, 120, 240, 480, 900, 900] {
      #expect(breaker.admission(at: now.advanced(by: .seconds(wait - 1))) == .wait)
      now = now.advanced(by: .seconds(wait))
      #expect(breaker.admission(at: now) == .probe)
      breaker.probeStarted()
      #expect(breaker.admission(at: now) == .wait)
      breaker.failed(transport: true, probe: true, at: now)
    }
  }

  @Test func `a success closes it`() {
    var breaker = opened()
    breaker.probeStarted()
    breaker.succeeded(at: after(30))
    #expect(breaker.admission(at: after(30)) == .send)
  }

  @Test func `failures begun before it opened do not put the probe off`() {
    var breaker = opened()
    breaker.failed(transport: true, probe: false, at: after(20))
    #expect(breaker.admission(at: after(30)) == .probe)
  }
}
