import Synchronization
import Testing

@testable import Pipeline

struct AdminTurnsTests {
  private final class Room: Sendable {
    private let state = Mutex((inside: 0, most: 0, visits: 0))

    func enter() {
      state.withLock { state in
        state.inside += 1
        state.most = max(state.most, state.inside)
      }
    }

    func leave() {
      state.withLock { state in
        state.inside -= 1
        state.visits += 1
      }
    }

    var most: Int { state.withLock { $0.most } }
    var visits: Int { state.withLock { $0.visits } }
  }

  @Test func `one at a time, everyone in the end`() async {
    let turns = AdminTurns()
    let room = Room()
    await withTaskGroup(of: Void.self) { group in
      for _ in 1...100 {
        group.addTask {
          guard await turns.enter() else { return }
          room.enter()
          await Task.yield()
          room.leave()
          turns.leave()
        }
      }
    }
    #expect(room.most == 1)
    #expect(room.visits == 100)
  }

  @Test func `beyond its bound it turns callers away at once`() async {
    let turns = AdminTurns()
    #expect(await turns.enter())
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<AdminTurns.waiting + 5 {
        group.addTask {
          let entered = await turns.enter()
          if entered { turns.leave() }
          return entered
        }
      }
      var refused = 0
      while refused < 5, let entered = await group.next() { if !entered { refused += 1 } }
      turns.leave()
      for await entered in group { #expect(entered) }
    }
  }

  @Test func `what the server itself must change waits however many do`() async {
    let turns = AdminTurns()
    #expect(await turns.enter())
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<AdminTurns.waiting + 5 {
        group.addTask {
          defer { turns.leave() }
          return await turns.enter(always: true)
        }
      }
      turns.leave()
      for await entered in group { #expect(entered) }
    }
  }
}
