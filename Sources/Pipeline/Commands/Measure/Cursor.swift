import Synchronization

/// Hands out the numbers of a range to many workers, each once.
final class Cursor: Sendable {
  private let next: Mutex<Int>
  private let end: Int

  init(from start: Int = 0, end: Int) {
    next = Mutex(start)
    self.end = end
  }

  func take() -> Int? {
    next.withLock { next in
      guard next < end else { return nil }
      defer { next += 1 }
      return next
    }
  }

  /// How far it came.
  var position: Int { next.withLock { $0 } }
}
