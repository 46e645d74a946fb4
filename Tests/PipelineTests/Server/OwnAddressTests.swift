import Synchronization
import Testing
import Transport

@testable import Pipeline

@Suite struct OwnAddressTests {
  private final class Witness: Sendable {
    private let mutex = Mutex(false)
    var isKnown: Bool { mutex.withLock { $0 } }
    func know() { mutex.withLock { $0 = true } }
  }

  @Test func `an attempt waits until the server listens everywhere`() async throws {
    let own = OwnAddress()
    let witness = Witness()
    async let attempt: Void = {
      await own.known()
      witness.know()
    }()
    own.add(.ip(.loopback, port: 1))
    try await Task.sleep(for: .milliseconds(20))
    #expect(!witness.isKnown, "another listener may follow")
    own.complete()
    await attempt
    #expect(witness.isKnown)
    await own.known()
  }
}
