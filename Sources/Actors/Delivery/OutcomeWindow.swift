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
  }

  private var slots: [Slot] = []
  private var head = 0

  /// The oldest line that is not done.
  var firstOpen: UInt64? { head < slots.count ? slots[head].seq : nil }

  /// The oldest ledger line that tells about something done ahead of `firstOpen`.
  var firstLedgerSeq: UInt64? { slots[head...].lazy.compactMap(\.ledgerSeq).min() }

  mutating func add(_ seq: UInt64) {
    if head < slots.count, slots[slots.count - 1].seq == seq {
      slots[slots.count - 1].open += 1
    } else {
      slots.append(Slot(seq: seq, open: 1, ledgerSeq: nil))
    }
  }

  /// A line of which an event was done by an earlier run.
  mutating func addDone(_ seq: UInt64, ledgerSeq: UInt64) {
    if head < slots.count, slots[slots.count - 1].seq == seq {
      slots[slots.count - 1].ledgerSeq = ledgerSeq
    } else {
      slots.append(Slot(seq: seq, open: 0, ledgerSeq: ledgerSeq))
    }
  }

  /// One event of that line is done, or waits elsewhere (then without a ledger line).
  mutating func close(_ seq: UInt64, ledgerSeq: UInt64?) {
    var low = head
    var high = slots.count
    while low < high {
      let middle = (low + high) / 2
      if slots[middle].seq < seq { low = middle + 1 } else { high = middle }
    }
    guard low < slots.count, slots[low].seq == seq else { return }
    slots[low].open -= 1
    if let ledgerSeq { slots[low].ledgerSeq = min(slots[low].ledgerSeq ?? ledgerSeq, ledgerSeq) }
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
}
