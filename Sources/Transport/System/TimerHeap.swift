/// Whatever an event loop wakes when its time has come.
protocol TimerTarget: AnyObject {
  /// Called on the loop's thread at or after `deadline`; may arm itself again.
  func timerFired(_ deadline: Deadline, now: Deadline)
  /// True once nothing waits for it any more, so that its entry may be dropped early.
  var isAbandoned: Bool { get }
}

/// The pending timers of one loop, earliest first: a binary heap that forgets abandoned entries.
struct TimerHeap {
  struct Entry {
    let deadline: Deadline
    let target: any TimerTarget
  }

  /// Below this many abandoned entries a clean-up is not worth its walk.
  private static let sweepFloor = 64

  private var entries: [Entry] = []
  private var abandoned = 0

  var next: Deadline { entries.first?.deadline ?? .never }
  var count: Int { entries.count }

  mutating func insert(_ target: any TimerTarget, at deadline: Deadline) {
    entries.append(Entry(deadline: deadline, target: target))
    siftUp(entries.count - 1)
  }

  mutating func popDue(_ now: Deadline) -> Entry? {
    guard let first = entries.first, first.deadline <= now else { return nil }
    let last = entries.removeLast()
    if !entries.isEmpty {
      entries[0] = last
      siftDown(0)
    }
    return first
  }

  /// Notes that one entry's target was abandoned; sweeps when most of the heap is.
  mutating func noteAbandoned() {
    abandoned += 1
    guard abandoned > Self.sweepFloor, abandoned > entries.count / 2 else { return }
    abandoned = 0
    entries.removeAll { $0.target.isAbandoned }
    for index in stride(from: entries.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child].deadline < entries[parent].deadline else { return }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
        if entries[child].deadline < entries[least].deadline { least = child }
      }
      guard least != parent else { return }
      entries.swapAt(parent, least)
      parent = least
    }
  }
}
