/// A first-in-first-out buffer without the cost of shifting, for the channel's elements and waiters.
///
/// It grows by doubling and never shrinks; its users bound how many elements they put in.
@usableFromInline package struct RingBuffer<Element> {
  @usableFromInline var slots: [Element?] = []
  @usableFromInline var head = 0
  @usableFromInline package internal(set) var count = 0

  @inlinable package init() {}

  @inlinable package var isEmpty: Bool { count == 0 }

  @inlinable package var first: Element? { count == 0 ? nil : slots[head] }

  @inlinable package mutating func append(_ element: consuming Element) {
    if count == slots.count { grow() }
    slots[(head + count) & (slots.count - 1)] = element
    count += 1
  }

  @inlinable package mutating func popFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = slots[head].take()
    head = (head + 1) & (slots.count - 1)
    count -= 1
    return element
  }

  /// Takes the first element that matches out of the middle; linear, for cancellation only.
  @inlinable package mutating func removeFirst(where matches: (Element) -> Bool) -> Element? {
    var found: Element?
    for _ in 0..<count {
      guard let element = popFirst() else { break }
      if found == nil && matches(element) { found = element } else { append(element) }
    }
    return found
  }

  @inlinable mutating func grow() {
    var larger = [Element?](repeating: nil, count: Swift.max(8, slots.count * 2))
    for index in 0..<count {
      larger[index] = slots[(head + index) & (slots.count - 1)].take()
    }
    slots = larger
    head = 0
  }
}

extension RingBuffer: Sendable where Element: Sendable {}
