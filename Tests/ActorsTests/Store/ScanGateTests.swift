import Synchronization
import Testing

@testable import Actors

struct ScanGateTests {
  @Test func `one scan runs at a time, in the order of arrival, and a crowd is turned away`()
    async throws
  {
    let gate = ScanGate(bound: 2)
    let release = OneShot<Bool>()
    let running = Atomic(0)
    let most = Atomic(0)
    let order = Mutex<[Int]>([])
    let scan: @Sendable (Int) async -> Bool? = { number in
      await gate.run {
        let now = running.add(1, ordering: .relaxed).newValue
        most.max(now, ordering: .relaxed)
        order.withLock { $0.append(number) }
        if number == 1 { _ = await release.value() }
        await Task.yield()
        running.subtract(1, ordering: .relaxed)
        return true
      }
    }
    try await withThrowingTaskGroup(of: Bool?.self) { group in
      group.addTask { await scan(1) }
      while order.withLock(\.isEmpty) { try await Task.sleep(for: .milliseconds(1)) }
      for number in 2...3 {
        group.addTask { await scan(number) }
        while gate.waiting < number - 1 { try await Task.sleep(for: .milliseconds(1)) }
        if number == 2 { #expect(await gate.run(leaving: 1) { true } == nil, "the last is kept") }
      }
      #expect(await scan(4) == nil)
      release.resolve(true)
      for try await answer in group { #expect(answer == true) }
    }
    #expect(order.withLock { $0 } == [1, 2, 3])
    #expect(most.load(ordering: .relaxed) == 1)
    #expect(await scan(5) == true)
  }
}
