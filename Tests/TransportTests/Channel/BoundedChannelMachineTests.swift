import TestSupport
import Testing

@testable import Transport

/// Runs every short sequence of calls against a plain model of what the channel promises.
@Suite struct BoundedChannelMachineTests {
  typealias Machine = BoundedChannelMachine<Int, Int, Int, Int>

  enum Step: CaseIterable {
    case trySend, send, receiveOne, receiveMany, cancelSender, cancelReceiver, cancelEarly, finish
  }

  /// Drives the machine and keeps what the world outside has seen.
  struct World {
    var machine: Machine
    var next = 0
    /// Senders and receivers that wait, oldest first, by their number; tickets beside.
    var waitingSenders: [(id: Int, ticket: UInt64)] = []
    var waitingReceivers: [(id: Int, ticket: UInt64)] = []
    var accepted: [Int] = []
    var withdrawn: Set<Int> = []
    var received: [Int] = []
    var ended = 0

    init(capacity: Int) { machine = Machine(capacity: capacity) }

    mutating func take(_ actions: Machine.Actions) {
      for (sender, verdict) in actions.producers {
        waitingSenders.removeAll { $0.id == sender }
        if verdict == .sent { accepted.append(sender) } else { withdrawn.insert(sender) }
      }
      for (receiver, elements) in actions.consumers {
        waitingReceivers.removeAll { $0.id == receiver }
        if let elements { received += elements } else { ended += 1 }
      }
    }

    mutating func run(_ step: Step) {
      next += 1
      let id = next
      switch step {
      case .trySend:
        let (verdict, actions) = machine.send(id, at: id)
        if verdict == .sent { accepted.append(id) } else { withdrawn.insert(id) }
        take(actions)
      case .send: suspendSender(id, cancelledBefore: false)
      case .cancelEarly: suspendSender(id, cancelledBefore: true)
      case .receiveOne: receive(id, max: 1)
      case .receiveMany: receive(id, max: 3)
      case .cancelSender:
        guard let sender = waitingSenders.last else { return }
        take(machine.cancelSend(sender.ticket))
        machine.close(sender.ticket)
      case .cancelReceiver:
        guard let receiver = waitingReceivers.first else { return }
        take(machine.cancelReceive(receiver.ticket))
        machine.close(receiver.ticket)
      case .finish: take(machine.finish())
      }
    }

    private mutating func suspendSender(_ id: Int, cancelledBefore: Bool) {
      let (verdict, actions) = machine.send(id, at: id)
      take(actions)
      if let verdict {
        if verdict == .sent { accepted.append(id) } else { withdrawn.insert(id) }
        return
      }
      let ticket = machine.makeTicket()
      if cancelledBefore { take(machine.cancelSend(ticket)) }
      waitingSenders.append((id, ticket))
      take(machine.suspend(id, sending: id, ticket: ticket, at: id))
      machine.close(ticket)
    }

    private mutating func receive(_ id: Int, max: Int) {
      let (receipt, actions) = machine.receive(max: max)
      take(actions)
      switch receipt {
      case .elements(let elements): received += elements
      case .finished: ended += 1
      case .mustWait:
        let ticket = machine.makeTicket()
        waitingReceivers.append((id, ticket))
        take(machine.suspend(id, max: max, ticket: ticket))
      }
    }

    /// What is wrong, if anything; plain comparisons, since there are many thousands of them.
    var breach: String? {
      if machine.count > machine.capacity { return "over capacity" }
      if machine.waitingProducers != waitingSenders.count { return "senders miscounted" }
      if machine.waitingConsumers != waitingReceivers.count { return "receivers miscounted" }
      if !waitingReceivers.isEmpty && machine.count > 0 { return "a receiver starves" }
      if !waitingSenders.isEmpty && machine.count < machine.capacity { return "a sender starves" }
      if !accepted.starts(with: received) { return "lost, doubled or out of order" }
      if accepted.count != received.count + machine.count { return "elements miscounted" }
      if !withdrawn.isDisjoint(with: received) { return "withdrawn and yet received" }
      return nil
    }
  }

  @Test(arguments: [1, 2])
  func `every sequence of up to five calls keeps order, bounds and promises`(capacity: Int) {
    func walk(_ world: World, _ steps: [Step], depth: Int) {
      if depth == 0 {
        if let breach = world.breach { Issue.record("\(breach): \(steps)") }
        return
      }
      for step in Step.allCases {
        var next = world
        next.run(step)
        walk(next, steps + [step], depth: depth - 1)
      }
    }
    for depth in 1...5 { walk(World(capacity: capacity), [], depth: depth) }
  }

  @Test func `long random sequences keep them, too`() {
    var random = SeededGenerator(seed: 7)
    for round in 0..<200 {
      var world = World(capacity: 1 + round % 3)
      var steps: [Step] = []
      for _ in 0..<60 {
        let steady = Step.allCases.filter { $0 != .finish }
        let step = steps.count == 55 ? .finish : steady.randomElement(using: &random)!
        steps.append(step)
        world.run(step)
      }
      #expect(world.breach == nil, "\(steps)")
    }
  }

  @Test func `a receive that frees room lets the longest waiting sender in`() {
    var world = World(capacity: 1)
    for step in [Step.send, .send, .send, .receiveMany] { world.run(step) }
    #expect(world.received == [1])
    #expect(world.accepted == [1, 2])
    #expect(world.waitingSenders.map(\.id) == [3])
  }
}
