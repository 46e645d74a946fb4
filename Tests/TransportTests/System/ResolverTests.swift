import Glibc
import Synchronization
import Testing
import Transport

@Suite(.timeLimit(.minutes(5))) struct ResolverTests {
  /// Names that begin with "hung" are answered only once they are let go.
  private final class Names: Sendable {
    struct State {
      var isHanging = true
      var hanging = 0
      var most = 0
      var asked: [String: Int] = [:]
    }

    let state = Mutex(State())

    func answer(_ name: String) -> Resolver.Answer {
      state.withLock { state in
        state.asked[name, default: 0] += 1
        guard name.hasPrefix("hung") else { return }
        state.hanging += 1
        state.most = max(state.most, state.hanging)
      }
      guard name.hasPrefix("hung") else { return .success([.loopback]) }
      while state.withLock({ $0.isHanging }) { usleep(6000) }
      usleep(6000)
      state.withLock { $0.hanging -= 1 }
      return .failure(.noAddress(code: -3))
    }

    func hang(_ isHanging: Bool) {
      state.withLock { state in
        state.isHanging = isHanging
        if isHanging { state.most = 0 }
      }
    }

    func wait(for count: Int) async throws {
      while state.withLock({ $0.hanging }) != count { try await Task.sleep(for: .milliseconds(1)) }
    }
  }

  @Test func `names that nobody answers for leave threads for the others`() async throws {
    let names = Names()
    let resolver = Resolver(patience: .milliseconds(5)) { names.answer($0) }
    let loop = EventLoop(name: "test")
    defer { loop.stop() }
    @Sendable func ask(_ name: String) async -> Resolver.Answer {
      do throws(Resolver.Failure) {
        return .success(
          try await resolver.addresses(of: name, on: loop, by: .after(.seconds(50))))
      } catch {
        return .failure(error)
      }
    }
    for round in 1...2 {
      names.hang(true)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 1...20 { group.addTask { _ = await ask("hung\(number)") } }
        // The second time they are known, and keep to threads of their own.
        try await names.wait(for: round == 1 ? 20 : 4)
        // New ones each round: on a busy machine even a quick answer may pass for a slow one.
        for number in 1...10 {
          #expect(await ask("fine\(round).\(number)") == .success([.loopback]))
        }
        #expect(names.state.withLock { $0.most } == (round == 1 ? 20 : 4))
        names.hang(false)
        try await group.waitForAll()
      }
    }
    #expect(names.state.withLock { $0.asked["hung1"] } == 2)
  }

  @Test func `who asks for the same name at once shares one look-up`() async throws {
    let names = Names()
    let resolver = Resolver { names.answer($0) }
    let loop = EventLoop(name: "test")
    defer { loop.stop() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 1...50 {
        group.addTask {
          _ = try? await resolver.addresses(of: "hung", on: loop, by: .after(.seconds(50)))
        }
      }
      try await names.wait(for: 1)
      for _ in 0..<20 { await Task.yield() }
      names.hang(false)
      try await group.waitForAll()
    }
    #expect(names.state.withLock { $0.most } == 1)
  }

  @Test func `a look-up that takes too long is over for who waits`() async throws {
    let names = Names()
    let resolver = Resolver { names.answer($0) }
    let loop = EventLoop(name: "test")
    defer { loop.stop() }
    await #expect(throws: Resolver.Failure.timedOut) {
      try await resolver.addresses(of: "hung", on: loop, by: .after(.milliseconds(20)))
    }
    names.hang(false)
  }
}
