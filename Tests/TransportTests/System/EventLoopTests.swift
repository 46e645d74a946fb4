import Glibc
import Synchronization
import Testing

@testable import Transport

@Suite struct EventLoopTests {
  @Test func `a task that prefers the loop runs on its thread, also after a wait`() async throws {
    let loop = EventLoop(name: "prefers")
    defer { loop.stop() }
    let seen = await Task(executorPreference: loop) {
      var seen = [loop.isCurrent]
      try? await loop.sleep(for: .milliseconds(5))
      seen.append(loop.isCurrent)
      await loop.takeTurns()
      seen.append(loop.isCurrent)
      return seen
    }.value
    #expect(seen == [true, true, true])
    #expect(!loop.isCurrent)
  }

  @Test func `a task that never waits on anything else leaves the others their turn`() async throws
  {
    let loop = EventLoop(name: "fair")
    defer { loop.stop() }
    let stop = Wakeup()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: loop) {
        while !stop.isAbandoned { await loop.takeTurns() }
      }
      let started = Deadline.now
      for _ in 0..<10 { try await loop.sleep(for: .milliseconds(5)) }
      let took = Deadline.now.duration(since: started)
      // An unfair loop never gets here; how soon it does is the machine's affair.
      #expect(took >= .milliseconds(50))
      stop.fire()
    }
  }

  @Test func `sleeps end in the order of their deadlines, never early`() async throws {
    let loop = EventLoop(name: "order")
    defer { loop.stop() }
    let order = await withTaskGroup(of: Int.self) { group in
      for delay in [80, 20, 50, 0] {
        group.addTask(executorPreference: loop) {
          let started = Deadline.now
          try? await loop.sleep(for: .milliseconds(delay))
          if Deadline.now.duration(since: started) < .milliseconds(delay) {
            Issue.record("\(delay) ms ended early")
          }
          return delay
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(order == [0, 20, 50, 80])
  }

  @Test func `a cancelled sleep ends at once`() async throws {
    let loop = EventLoop(name: "cancelled")
    defer { loop.stop() }
    let task = Task { try await loop.sleep(for: .seconds(60)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func `closures run in the order they came, from any thread`() async throws {
    let loop = EventLoop(name: "closures")
    defer { loop.stop() }
    let order = Mutex<[Int]>([])
    for number in 0..<1000 { loop.execute { order.withLock { $0.append(number) } } }
    await loop.takeTurns()
    #expect(order.withLock { $0 } == Array(0..<1000))
  }

  @Test func `a wake-up that came before the wait is not lost`() async throws {
    let loop = EventLoop(name: "early")
    defer { loop.stop() }
    let wakeup = Wakeup()
    wakeup.fire()
    wakeup.fire()
    #expect(await wakeup.wait(on: loop, until: .never) == .fired)
    #expect(await Wakeup().wait(on: loop, until: .after(.milliseconds(5))) == .timedOut)
  }

  @Test func `the timer heap forgets what was abandoned`() {
    final class Target: TimerTarget {
      var isAbandoned = false
      func timerFired(_ deadline: Deadline, now: Deadline) {}
    }
    var heap = TimerHeap()
    let targets = (0..<1000).map { _ in Target() }
    for (index, target) in targets.enumerated() {
      heap.insert(target, at: Deadline(nanoseconds: UInt64((index * 7919) % 1000)))
    }
    for target in targets.prefix(700) {
      target.isAbandoned = true
      heap.noteAbandoned()
    }
    #expect(heap.count < 600)
    var last = Deadline(nanoseconds: 0)
    while let entry = heap.popDue(.never) {
      #expect(entry.deadline >= last)
      last = entry.deadline
    }
  }
}

@Suite struct BlockingThreadTests {
  private struct Odd: Error {}

  @Test func `work runs in order on one thread that is none of the pool's`() async throws {
    let thread = BlockingThread(name: "blocking")
    defer { thread.stop() }
    let first = await thread.run { UInt(pthread_self()) }
    let second = await thread.run { UInt(pthread_self()) }
    #expect(first == second)
    #expect(first != UInt(pthread_self()))
    await #expect(throws: Odd.self) { try await thread.run { () throws(Odd) in throw Odd() } }
  }
}

@Suite(.serialized) struct SignalsTests {
  @Test func `a signal arrives as an element`() async throws {
    // Whoever runs the tests by nohup has hang-ups ignored.
    let stream = Signals.stream([.hangUp], evenIgnored: true)
    kill(getpid(), SIGHUP)
    var iterator = stream.makeAsyncIterator()
    #expect(await iterator.next() == .hangUp)
  }

  @Test func `the limit of open files can be raised within its bounds`() {
    let limit = OpenFileLimit.raise(to: 0)
    #expect(limit != nil)
    #expect(OpenFileLimit.raise(to: limit ?? 0) == limit)
  }
}
