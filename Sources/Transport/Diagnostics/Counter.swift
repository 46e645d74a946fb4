import Synchronization

/// How often something happened since the start; only ever grows.
package final class Counter: Sendable {
  private let count = Atomic<UInt64>(0)

  package init() {}

  package func add(_ more: UInt64 = 1) { count.wrappingAdd(more, ordering: .relaxed) }
  package var value: UInt64 { count.load(ordering: .relaxed) }
}

/// How much of something there is now.
package final class Gauge: Sendable {
  private let amount = Atomic<Int>(0)

  package init() {}

  package func set(_ value: Int) { amount.store(value, ordering: .relaxed) }
  package func add(_ difference: Int) { amount.wrappingAdd(difference, ordering: .relaxed) }
  package var value: Int { amount.load(ordering: .relaxed) }
}
