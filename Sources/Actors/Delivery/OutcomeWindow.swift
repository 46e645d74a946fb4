/// The committed lines between the oldest unfinished one and the newest read: what tells how far
/// everything is done.
///
/// Bounded by what the queue reads ahead.
struct OutcomeWindow: Sendable {
  private struct Slot {
    let seq: UInt64
    /// Events of this line still to be delivered.
    var open: Int
    /// The first ledger line about an event of it that is done.
    var ledgerSeq: UInt64?

    mutating func note(_ seq: UInt64?) {
      if let seq { ledgerSeq = min(ledgerSeq ?? seq, seq) }
    }
  }

  private var slots: [Slot] = []
  private var head = 0

  /// The oldest line that is not done.
  var firstOpen: UInt64? { head < slots.count ? slots[head].seq : nil }

  /// The oldest ledger line that tells about something done ahead of `firstOpen`.
  var firstLedgerSeq: UInt64? { slots[head...].lazy.compactMap(\.ledgerSeq).min() }

  /// Lines it remembers.
  var count: Int { slots.count - head }

  /// One more event of the newest line.
  /// - Parameters:
  ///   - isOpen: false when it is done already or waits elsewhere.
  ///   - ledgerSeq: a ledger line not after the one that tells it is done.
  mutating func add(_ seq: UInt64, isOpen: Bool = true, ledgerSeq: UInt64? = nil) {
    if count == 0 || slots[slots.count - 1].seq != seq {
      slots.append(Slot(seq: seq, open: 0, ledgerSeq: nil))
    }
    slots[slots.count - 1].open += isOpen ? 1 : 0
    slots[slots.count - 1].note(ledgerSeq)
  }

  /// An event that waited elsewhere is done.
  mutating func note(_ seq: UInt64, ledgerSeq: UInt64?) {
    if let index = index(of: seq) { slots[index].note(ledgerSeq) }
  }

  /// One event of that line is done, or waits elsewhere (then without a ledger line).
  mutating func close(_ seq: UInt64, ledgerSeq: UInt64?) {
    guard let index = index(of: seq) else { return }
    slots[index].open -= 1
    slots[index].note(ledgerSeq)
    trim()
  }

  /// Forgets what is done at the front; only between whole lines.
  mutating func trim() {
    while head < slots.count, slots[head].open == 0 { head += 1 }
    if head > 256 && head * 2 > slots.count {
      slots.removeFirst(head)
      head = 0
    }
  }

  private func index(of seq: UInt64) -> Int? {
    var low = head
    var high = slots.count
    while low < high {
      let middle = (low + high) / 2
      if slots[middle].seq < seq { low = middle + 1 } else { high = middle }
    }
    return low < slots.count && slots[low].seq == seq ? low : nil
  }
}
