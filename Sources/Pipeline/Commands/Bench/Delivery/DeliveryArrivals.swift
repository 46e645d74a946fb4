import Synchronization
package import Transport

/// When each numbered event was answered to its caller, and when each receiver had it first.
///
/// One person's events carry rising numbers, so that a later one that comes first is noticed.
package final class DeliveryArrivals: Sendable {
  private struct Tally {
    /// Nanoseconds by number; 0 when not yet.
    var answered: [UInt64]
    /// By number, then receiver.
    var received: [UInt64]
    /// By person, then receiver: the number after the newest that came first.
    var newest: [Int]
    var firsts = 0
    var duplicates = 0
    var inversions = 0
    var strangers = 0
    var lastFirst: UInt64 = 0
  }

  /// What came of a run.
  package struct Summary: Sendable, Equatable {
    package var firsts = 0
    package var duplicates = 0
    package var inversions = 0
    /// Requests that carried no number of this run.
    package var strangers = 0
    package var lastFirst = Deadline(nanoseconds: 0)
  }

  package let numbers: Int
  package let receivers: Int
  private let people: Int
  private let tally: Mutex<Tally>

  /// - Parameters:
  ///   - people: person `n % people` is the one event `n` is about.
  ///   - receivers: each of which may get every number.
  package init(numbers: Int, people: Int, receivers: Int = 1) {
    self.numbers = numbers
    self.people = people
    self.receivers = receivers
    tally = Mutex(
      Tally(
        answered: Array(repeating: 0, count: numbers),
        received: Array(repeating: 0, count: numbers * receivers),
        newest: Array(repeating: 0, count: people * receivers)))
  }

  package func answered(_ number: Int, at now: Deadline = .now) {
    tally.withLock { $0.answered[number] = now.nanoseconds }
  }

  /// - Parameter number: nil when the request carried none.
  package func received(_ number: Int?, by receiver: Int, at now: Deadline = .now) {
    tally.withLock { tally in
      guard let number, number < numbers, (0..<receivers).contains(receiver) else {
        tally.strangers += 1
        return
      }
      let slot = number * receivers + receiver
      guard tally.received[slot] == 0 else {
        tally.duplicates += 1
        return
      }
      tally.received[slot] = now.nanoseconds
      tally.firsts += 1
      tally.lastFirst = now.nanoseconds
      let person = number % people * receivers + receiver
      if number < tally.newest[person] { tally.inversions += 1 }
      tally.newest[person] = max(tally.newest[person], number + 1)
    }
  }

  package var summary: Summary {
    tally.withLock {
      Summary(
        firsts: $0.firsts, duplicates: $0.duplicates, inversions: $0.inversions,
        strangers: $0.strangers, lastFirst: Deadline(nanoseconds: $0.lastFirst))
    }
  }

  package var firsts: Int { tally.withLock(\.firsts) }

  /// Numbers that were answered and have not reached every receiver.
  package func missing(where isMeant: (Int) -> Bool = { _ in true }) -> Int {
    tally.withLock { tally in
      (0..<numbers).count { number in
        guard isMeant(number), tally.answered[number] != 0 else { return false }
        return tally.received[number * receivers..<(number + 1) * receivers].contains(0)
      }
    }
  }

  /// From the answer to the first receipt; nothing when the receipt was sooner.
  package func latency(where isMeant: (Int) -> Bool = { _ in true }) -> LatencyHistogram {
    tally.withLock { tally in
      var histogram = LatencyHistogram()
      for number in 0..<numbers where isMeant(number) && tally.answered[number] != 0 {
        for receiver in 0..<receivers {
          let (from, to) = (tally.answered[number], tally.received[number * receivers + receiver])
          if to != 0 { histogram.record(.nanoseconds(to > from ? Int64(to - from) : 0)) }
        }
      }
      return histogram
    }
  }
}
