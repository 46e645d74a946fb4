import Synchronization
import TestSupport
import Testing

@testable import Transport

@Suite struct BoundedChannelTests {
  @Test func `every element of many senders arrives once, each sender's in order`() async {
    let channel = BoundedChannel<(sender: Int, number: Int)>(capacity: 8)
    let received = await withTaskGroup(of: [(sender: Int, number: Int)].self) { group in
      group.addTask {
        var all: [(sender: Int, number: Int)] = []
        while let batch = await channel.next(max: 5) { all += batch }
        return all
      }
      await withTaskGroup(of: Void.self) { senders in
        for sender in 0..<20 {
          senders.addTask {
            for number in 0..<200 { try? await channel.send((sender, number)) }
          }
        }
      }
      channel.finish()
      return await group.next() ?? []
    }
    #expect(received.count == 4000)
    for sender in 0..<20 {
      #expect(received.filter { $0.sender == sender }.map(\.number) == Array(0..<200))
    }
  }

  @Test func `a sender waits while it is full and fails when it is finished`() async {
    let channel = BoundedChannel<Int>(capacity: 1)
    #expect(channel.trySend(1))
    #expect(!channel.trySend(2))
    let waiting = Task { () -> ChannelClosed? in
      do throws(ChannelClosed) { try await channel.send(2) } catch { return error }
      return nil
    }
    try? await Task.sleep(for: .milliseconds(5))
    channel.finish()
    #expect(await waiting.value == .finished)
    #expect(await channel.next(max: 9) == [1])
    #expect(await channel.next(max: 9) == nil)
    #expect(!channel.trySend(3))
  }

  @Test func `cancelling a sender withdraws its element, before or while it waits`() async {
    let channel = BoundedChannel<Int>(capacity: 1)
    #expect(channel.trySend(0))
    for round in 0..<200 {
      let sender = Task { () -> ChannelClosed? in
        do throws(ChannelClosed) { try await channel.send(1) } catch { return error }
        return nil
      }
      if round % 3 != 0 { await Task.yield() }
      sender.cancel()
      #expect(await sender.value == .cancelled)
    }
    #expect(await channel.next(max: 9) == [0])
    #expect(channel.count == 0)
  }

  @Test func `cancelling a receiver ends its wait and loses nothing`() async {
    let channel = BoundedChannel<Int>(capacity: 4)
    for _ in 0..<200 {
      let receiver = Task { await channel.next(max: 1) }
      await Task.yield()
      receiver.cancel()
      #expect(await receiver.value == nil)
    }
    #expect(channel.trySend(1))
    #expect(await channel.next(max: 1) == [1])
  }

  @Test func `it is a sequence that ends when it is finished and drained`() async {
    let channel = BoundedChannel<Int>(capacity: 4)
    for number in 0..<4 { #expect(channel.trySend(number)) }
    #expect(channel.oldestWait != nil)
    channel.finish()
    var all: [Int] = []
    for await number in channel { all.append(number) }
    #expect(all == [0, 1, 2, 3])
    #expect(channel.oldestWait == nil)
  }
}
