import Transport

/// Keys ordered by the moment they are due: a binary heap.
struct DueKeys: Sendable {
  private struct Entry {
    let time: Timestamp
    let key: String
  }

  private var entries: [Entry] = []

  var next: Timestamp? { entries.first?.time }
  var nextKey: String? { entries.first?.key }

  mutating func push(_ key: String, at time: Timestamp) {
    entries.append(Entry(time: time, key: key))
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if entries[parent].time <= entries[child].time { break }
      entries.swapAt(parent, child)
      child = parent
    }
  }

  mutating func remove(_ key: String) {
    let rest = entries.filter { $0.key != key }
    guard rest.count < entries.count else { return }
    entries = []
    for entry in rest { push(entry.key, at: entry.time) }
  }

  /// The key that is due longest, if any is due by `now`.
  mutating func pop(by now: Timestamp) -> String? {
    guard let first = entries.first, first.time <= now else { return nil }
    return popFirst(first.key)
  }

  /// The key that is due first, whenever that is.
  @discardableResult
  mutating func popFirst() -> String? { entries.first.flatMap { popFirst($0.key) } }

  private mutating func popFirst(_ first: String) -> String? {
    let last = entries.removeLast()
    if entries.isEmpty { return last.key }
    entries[0] = last
    var parent = 0
    while true {
      var child = parent * 2 + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, entries[child + 1].time < entries[child].time { child += 1 }
      if entries[parent].time <= entries[child].time { break }
      entries.swapAt(parent, child)
      parent = child
    }
    return first
  }
}
